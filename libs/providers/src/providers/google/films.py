"""Fits a request for a film to Google: which pictures go along, what is said in the prompt, what is told. No IO."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from contracts.failures import FailureKind
from contracts.models import Model
from providers import cast
from providers.google.asking import refusal
from providers.google.pictures import MAX_INLINE_BYTES, READABLE, fitting, inline
from providers.interface import Media, Prepared, Request

FILMING = frozenset({"text_to_video", "image_to_video", "video_extend"})
_FILMS = frozenset({"video/mp4", "video/quicktime", "video/webm", "video/mpeg", "video/3gpp"})
_LONGEST_S = 30.5
"""Of a film that is to be extended: 30 s, and what a container rounds up."""
_LONGEST_JOIN_S = 10
"""Of what Gemini Omni makes between two frames, or adds to a film."""
_REFERENCES = 5
_WIDE, _UPRIGHT = "16:9", "9:16"
_RATIOS = {_WIDE: 16 / 9, _UPRIGHT: 9 / 16}
_NEAR = 0.06
_MOVE, _CONTINUE = "Bring this picture to life.", "Continue the film."


@dataclass(frozen=True)
class Shot:
    """What a film is made from."""

    first: Media | None = None
    last: Media | None = None
    film: Media | None = None
    given: tuple[Media, ...] = ()
    """References that were connected."""
    people: tuple[cast.Chosen, ...] = ()

    @property
    def references(self) -> tuple[Media, ...]:
        return (*self.given, *(picture for _, picture in self.people))

    @property
    def all(self) -> tuple[Media, ...]:
        return (*(one for one in (self.film, self.first, self.last) if one), *self.references)


def long_running(model: Model) -> bool:
    """Whether it is made by a long-running operation of Vertex, not by an interaction."""
    return model.id.startswith("veo-")


def seconds(request: Request) -> int:
    """How long it will be, in whole seconds."""
    fixed = request.model.fixed.get(request.operation, {}).get("duration_s")
    asked = math.ceil(float(fixed or request.params.get("duration_s", 4)))
    limit = request.model.limits.get("duration_s")
    if fixed or limit is None:
        return asked
    lengths = [int(choice) for choice in limit.choices]
    if lengths:
        return min((one for one in lengths if one >= asked), default=max(lengths))
    joins = request.operation == "video_extend" or request.media.get("last_image")
    most = min(limit.maximum or asked, _LONGEST_JOIN_S if joins else asked)
    return round(max(limit.minimum or asked, min(most, asked)))


def resolution(request: Request) -> str:
    """As the price rows say it; empty where the operation has none and Google decides."""
    fixed = request.model.fixed.get(request.operation, {}).get("resolution")
    return str(fixed or request.params.get("resolution", ""))


def aspect_ratio(request: Request) -> str:
    """As asked for, or as is nearest to the first frame; empty where Google decides."""
    if "aspect_ratio" in request.params and request.operation == "text_to_video":
        return str(request.params["aspect_ratio"])
    first = next(iter(request.media.get("image", ())), None)
    if request.operation != "image_to_video" or not first or not first.width or not first.height:
        return ""
    return _UPRIGHT if first.height > first.width else _WIDE


def shot(request: Request) -> Shot:
    """Choose what goes along: what was connected, and the best pictures of each character while there is room."""
    media, most = request.media, request.model.max_inputs.get("reference", _REFERENCES)
    first, last, film = (next(iter(media.get(port, ())), None) for port in ("image", "last_image", "video"))
    bare = Shot(first, last, film, media.get("reference", ()))
    # frames outweigh likeness: a film between two of them takes nothing else along, and Veo not even beside one
    if film or last or (first and long_running(request.model) and not bare.given):
        return bare
    ranked = cast.best(request.characters, most - len(bare.given))
    return replace(bare, people=tuple(fitting(ranked, MAX_INLINE_BYTES - inline(bare.all))))


def fit_film(request: Request, *, vertex: bool) -> Prepared:
    """Fit a request for a film.

    Raises:
        ProviderError: INVALID_REQUEST, INVALID_INPUT, UNSUPPORTED or NOT_CONFIGURED.
    """
    model, chosen = request.model, shot(request)
    if request.operation not in model.operations:
        raise refusal(FailureKind.UNSUPPORTED, f"{model.title} cannot do {request.operation}.")
    if long_running(model) and not vertex:
        text = f"{model.id} is served by Vertex alone: set GROOVE_VERTEX_PROJECT, or choose a Gemini Omni model."
        raise refusal(FailureKind.NOT_CONFIGURED, text)
    _check_settings(request)
    _check_media(request, chosen)
    prompt, notes = _prompt(request, chosen)
    if not prompt:
        raise refusal(FailureKind.INVALID_REQUEST, "There is no prompt.")
    if len(prompt) > model.max_prompt_chars:
        text = f"The prompt has {len(prompt):,} characters; {model.id} takes at most {model.max_prompt_chars:,}."
        raise refusal(FailureKind.INVALID_REQUEST, text)
    return Prepared(request, prompt, (*notes, *_notes(request, chosen)))


def _check_settings(request: Request) -> None:
    model, count = request.model, int(request.params.get("count", 1))
    limit = model.limits.get("count")
    if limit and limit.maximum is not None and count > limit.maximum:
        text = f"{model.id} makes at most {limit.maximum:g} at once. Copy the node, or repeat the run, for more."
        raise refusal(FailureKind.INVALID_REQUEST, text)


def _check_media(request: Request, chosen: Shot) -> None:
    model, needed = request.model, {"image_to_video": "image", "video_extend": "video"}.get(request.operation)
    if needed and not request.media.get(needed):
        raise refusal(FailureKind.INVALID_REQUEST, f"There is nothing at the {needed} input.")
    for port, most in model.max_inputs.items():
        if port != "character" and (many := len(request.media.get(port, ()))) > most:
            raise refusal(FailureKind.INVALID_REQUEST, f"{model.title} takes at most {most} at {port}, not {many}.")
    if chosen.last and chosen.references:
        text = f"{model.title} takes a last frame or references, not both. Disconnect one of them."
        raise refusal(FailureKind.INVALID_REQUEST, text)
    pictures = [one for one in chosen.all if one is not chosen.film]
    if strange := next((one.mime for one in pictures if one.mime not in READABLE), None):
        raise refusal(FailureKind.INVALID_INPUT, f"Google cannot read {strange}; it reads PNG, JPEG, WebP and HEIC.")
    if chosen.film and chosen.film.mime not in _FILMS:
        raise refusal(FailureKind.INVALID_INPUT, f"Google cannot extend {chosen.film.mime}. Give it an MP4.")
    if chosen.film and (chosen.film.duration_s or 0) > _LONGEST_S:
        text = f"The film is {chosen.film.duration_s:.0f} s long; Google extends at most 30 s. Cut it first."
        raise refusal(FailureKind.INVALID_INPUT, text)
    if (size := inline(chosen.all)) > MAX_INLINE_BYTES:
        text = f"What goes along comes to {size / 1e6:.1f} MB; one request to Google holds {MAX_INLINE_BYTES / 1e6:.0f}"
        raise refusal(FailureKind.INVALID_INPUT, f"{text} MB.")


def _prompt(request: Request, chosen: Shot) -> tuple[str, list[str]]:
    params, title, notes = request.params, request.model.title, []
    prompt = str(params.get("prompt", "")).strip()
    prompt = prompt or {"image_to_video": _MOVE, "video_extend": _CONTINUE}.get(request.operation, "")
    if not prompt:
        return "", []
    said = [*_roles(request, chosen), prompt, *_who(request, chosen)]
    if not long_running(request.model):
        if unwanted := str(params.get("negative_prompt", "")).strip():
            said.append(f"Avoid: {unwanted}")
            notes.append(f"The negative prompt was said in the prompt: {title} has no separate one.")
        if params.get("audio") is False:
            said.append("The film is silent: no speech, no music, no sounds.")
            notes.append(f"{title} always makes a sound track; that it should be silent was said in the prompt.")
    return "\n\n".join(said), notes


def _roles(request: Request, chosen: Shot) -> Iterator[str]:
    """Name each picture where there are several kinds: Gemini binds them by these tags, in order."""
    if long_running(request.model) or not chosen.references:
        return
    start = 1
    if chosen.first:
        yield "[# Sources <FIRST_FRAME>@Image1]"
        start = 2
    tags = (f"<IMAGE_REF_{n}>@Image{n + start}" for n in range(len(chosen.references)))
    yield f"[# References {' '.join(tags)}]"


def _who(request: Request, chosen: Shot) -> Iterator[str]:
    for one in request.characters:
        told = f" {one.description.strip()}" if one.description.strip() else ""
        tags = [f"<IMAGE_REF_{n}>" for n, (who, _) in enumerate(chosen.people, len(chosen.given)) if who is one]
        name = one.name or "The character"
        if tags and not long_running(request.model):
            yield f"{name} is who {' and '.join(tags)} show{'s' if len(tags) == 1 else ''}.{told}"
        elif one.name or told:
            yield f"{name}:{told or ' as in the pictures.'}"


def _notes(request: Request, chosen: Shot) -> Iterator[str]:
    model, params = request.model, request.params
    asked, made = float(params.get("duration_s", 4)), seconds(request)
    if made != asked:
        yield f"{made} s instead of {asked:g} s: {model.title} makes no other length here."
    if not long_running(model):
        yield f"{model.title} takes no seed: asked again, it makes another film."
    if long_running(model) and chosen.first and chosen.references:
        yield f"The picture went along as a reference, not as the first frame: {model.title} takes only one of both."
    yield from cast.left_out(request.characters, chosen.people, f"{model.title} has no room for them here.")
    ratio, first = aspect_ratio(request), chosen.first
    if first and first.width and first.height and abs(first.width / first.height / _RATIOS[ratio] - 1) > _NEAR:
        yield f"The film is {ratio}, which is nearest to the picture: {model.title} makes 16:9 and 9:16."
    if request.operation == "video_extend" and params.get("mode") == "alone":
        yield "Google gives the film with its continuation joined to it, not the continuation alone."
    if model.status == "uncertain":
        yield f"Google may switch {model.id} off soon. {model.replaced_by or 'Another model'} is what to use then."
