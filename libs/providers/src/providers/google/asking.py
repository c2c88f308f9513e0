"""Puts a request into Gemini's words: contents and settings. No IO."""

from collections.abc import Iterator
from dataclasses import dataclass

from google.genai import types

from contracts.failures import FailureKind
from providers.google.manners import enhancer
from providers.google.pictures import MAX_INLINE_BYTES as MOST_INLINE
from providers.google.pictures import READABLE, inline, left_out, pictures_of, who
from providers.interface import Prepared, ProviderError, Request

NAME = "google"
WRITING = frozenset({"text_to_text", "prompt_enhance", "image_to_text"})
PAINTING = frozenset({"text_to_image", "image_to_image"})
MAX_INLINE_BYTES = MOST_INLINE
"""Of pictures in one request, as base64."""
_SEEDS = 2**31
_FAINT, _STRONG = 0.34, 0.76
_THINKING_TOKENS = 8_192
"""Room for thinking, which counts against the limit of the answer."""
_TOKENS_PER_WORD = 3


@dataclass(frozen=True)
class Ask:
    """One call of generateContent."""

    parts: tuple[types.Part, ...]
    config: types.GenerateContentConfig


def refusal(kind: FailureKind, message: str) -> ProviderError:
    return ProviderError(kind, message, provider=NAME)


def fit(request: Request) -> Prepared:
    """Fit a request to Gemini.

    Raises:
        ProviderError: INVALID_REQUEST, INVALID_INPUT or UNSUPPORTED.
    """
    model, params = request.model, request.params
    if request.operation not in WRITING | PAINTING or request.operation not in model.operations:
        raise refusal(FailureKind.UNSUPPORTED, f"{model.title} cannot do {request.operation} here.")
    prompt, notes = str(params.get("prompt", "")).strip(), []
    if len(prompt) > model.max_prompt_chars:
        text = f"The prompt has {len(prompt):,} characters; {model.id} takes at most {model.max_prompt_chars:,}."
        raise refusal(FailureKind.INVALID_REQUEST, text)
    _check_media(request)
    if request.operation == "image_to_text":
        prompt = prompt or "Describe this picture: subject, setting, light, colours and style."
    if not prompt and not (request.operation == "prompt_enhance" and request.media.get("image")):
        raise refusal(FailureKind.INVALID_REQUEST, "There is no prompt.")
    if request.operation in PAINTING and (unwanted := str(params.get("negative_prompt", "")).strip()):
        prompt += f"\n\nAvoid: {unwanted}"
        notes.append(f"The negative prompt was said in the prompt: {model.title} has no separate one.")
    if request.operation == "image_to_image" and (how := _strength(float(params.get("strength", 0.6)))):
        prompt += f"\n\n{how}"
        notes.append(f"The strength was said in the prompt: {model.title} has no such setting.")
    if request.operation in PAINTING and request.characters:
        pictures = pictures_of(request)
        prompt = "\n\n".join([prompt, *who(request, pictures)])
        notes += left_out(request, pictures)
    return Prepared(request, prompt, tuple(notes))


def _check_media(request: Request) -> None:
    if request.operation in {"image_to_text", "image_to_image"} and not request.media.get("image"):
        raise refusal(FailureKind.INVALID_REQUEST, "There is no picture at the image input.")
    for port, most in request.model.max_inputs.items():
        if (many := len(request.media.get(port, ()))) > most:
            text = f"{request.model.title} takes at most {most} values at {port}, not {many}."
            raise refusal(FailureKind.INVALID_REQUEST, text)
    pictures = pictures_of(request).given
    if strange := next((p.mime for p in pictures if p.mime not in READABLE), None):
        raise refusal(FailureKind.INVALID_INPUT, f"Google cannot read {strange}; it reads PNG, JPEG, WebP and HEIC.")
    if (size := inline(pictures)) > MAX_INLINE_BYTES:
        text = f"The pictures come to {size / 1e6:.1f} MB; one request to Google holds {MAX_INLINE_BYTES / 1e6:.0f} MB."
        raise refusal(FailureKind.INVALID_INPUT, text)


def _strength(strength: float) -> str:
    if strength < _FAINT:
        return "Change as little of the picture as possible."
    return "Feel free to repaint all of the picture." if strength > _STRONG else ""


def asks(prepared: Prepared) -> list[Ask]:
    """Give one call per result that is wanted: the seed is all that differs."""
    request = prepared.request
    parts = tuple(_parts(prepared))
    count = int(request.params.get("count", 1))
    return [Ask(parts, _config(request, (request.seed + index) % _SEEDS)) for index in range(count)]


def _parts(prepared: Prepared) -> Iterator[types.Part]:
    request = prepared.request
    for index, text in enumerate(request.texts.get("context", ()), 1):
        yield types.Part(text=f"Context {index}:\n{text}")
    if prepared.prompt_sent:
        yield types.Part(text=prepared.prompt_sent)
    for picture in pictures_of(request).all:
        yield types.Part(inline_data=types.Blob(data=picture.data, mime_type=picture.mime))


def _config(request: Request, seed: int) -> types.GenerateContentConfig:
    params = request.params
    if request.operation in PAINTING:
        return types.GenerateContentConfig(seed=seed, response_modalities=["IMAGE"], image_config=_canvas(request))
    words = int(params.get("max_words", 200))
    return types.GenerateContentConfig(
        seed=seed,
        temperature=float(params["temperature"]) if "temperature" in params else None,
        system_instruction=_manner(request, words),
        max_output_tokens=words * _TOKENS_PER_WORD + _THINKING_TOKENS,
    )


def _canvas(request: Request) -> types.ImageConfig | None:
    """An edit keeps the size of its picture; a new one is told. The oldest model knows no sizes."""
    if request.operation == "image_to_image":
        return None
    sizes = None if request.model.id.startswith("gemini-2.5") else image_size(request)
    return types.ImageConfig(aspect_ratio=str(request.params.get("aspect_ratio", "1:1")), image_size=sizes)


def image_size(request: Request) -> str:
    """As the price rows say it."""
    return str(request.params.get("resolution", "1K"))


def _manner(request: Request, words: int) -> str:
    match request.operation:
        case "prompt_enhance":
            return enhancer(request)
        case "image_to_text":
            return f"Say what is really in the picture, in at most {words} words. Answer with the description alone."
        case _:
            return f"Write what is asked for, in at most {words} words. Answer with the text alone, without a preamble."
