"""Reads an answer of generateContent: a result and its cost, or why there is none."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from google.genai import types

from contracts.base import MicroCredits
from contracts.failures import FailureKind
from contracts.run import CostBasis
from providers import catalogue
from providers.google.asking import NAME, PAINTING, image_size
from providers.google.speech import SPEAKING, sound_of
from providers.interface import Artifact, ProviderError, Request
from providers.redact import Redactor

_REFUSED = frozenset(
    {
        "SAFETY",
        "RECITATION",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "LANGUAGE",
        "MODEL_ARMOR",
        "JAILBREAK",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
    }
)
_GOOD = frozenset({"STOP", "MAX_TOKENS", "FINISH_REASON_UNSPECIFIED", ""})
_QUOTED = 300
"""Characters of the vendor's own words that are passed on."""
_MAGIC = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}


@dataclass(frozen=True)
class Piece:
    """What one call gave."""

    artifact: Artifact
    usage: dict[str, float]
    cost: MicroCredits
    basis: CostBasis
    note: str = ""
    said: dict[str, str] = field(default_factory=dict)
    """Which model it was, how it ended, what it is called at the vendor."""


def read(answer: types.GenerateContentResponse, request: Request, on: date, redactor: Redactor) -> Piece:
    """Read one answer.

    Raises:
        ProviderError: CONTENT_POLICY, PROVIDER_FAILED or NO_OUTPUT, with what it cost all the same.
    """
    paints, speaks = request.operation in PAINTING, request.operation in SPEAKING
    parts = list(_parts(answer))
    made = _made(parts, paints=paints, speaks=speaks)
    usage = usage_of(answer.usage_metadata, images=1 if paints and made else 0, speech=speaks)
    cost, basis = _cost(request, usage, on, answered=made is not None or not (paints or speaks))

    def no(kind: FailureKind, message: str) -> ProviderError:
        return ProviderError(kind, message, provider=NAME, cost=cost)

    if trouble := _stopped(answer):
        raise no(*trouble)
    finish = _finish(answer)
    text = redactor.known("".join(part.text for part in parts if part.text))
    if (paints or speaks) and made is None:
        what = "a picture" if paints else "speech"
        if any(part.inline_data for part in parts):
            raise no(FailureKind.PROVIDER_FAILED, f"What Google sent as {what} cannot be read as such.")
        said = f' It said: "{redactor.scrub(text)[:_QUOTED]}"' if text else ""
        raise no(FailureKind.NO_OUTPUT, f"Google answered without {what}.{said}")
    if made is not None:
        cut = "The speech was cut off at its length limit." if speaks and finish == "MAX_TOKENS" else ""
        return Piece(made, usage, cost, basis, cut, _said(answer))
    if not text.strip():
        why = " It spent its whole allowance on thinking." if finish == "MAX_TOKENS" else ""
        raise no(FailureKind.NO_OUTPUT, f"Google answered without any text.{why}")
    note = "The text was cut off at its length limit." if finish == "MAX_TOKENS" else ""
    return Piece(Artifact(text=text), usage, cost, basis, note, _said(answer))


def _made(parts: list[types.Part], *, paints: bool, speaks: bool) -> Artifact | None:
    if speaks:
        return sound_of(parts)
    return next((found for part in parts if (found := _picture(part))), None) if paints else None


def _said(answer: types.GenerateContentResponse) -> dict[str, str]:
    told = {
        "model_version": answer.model_version,
        "finish_reason": _finish(answer),
        "response_id": answer.response_id,
    }
    return {name: value[:200] for name, value in told.items() if value}


def _stopped(answer: types.GenerateContentResponse) -> tuple[FailureKind, str] | None:
    if answer.prompt_feedback and (reason := answer.prompt_feedback.block_reason):
        message = f"Google's filter refused the prompt or its pictures ({_words(reason)}). Say it in other words."
        return FailureKind.CONTENT_POLICY, message
    finish = _finish(answer)
    if finish in _REFUSED:
        message = f"Google made it, and its filter held it back ({finish.lower().replace('_', ' ')})."
        return FailureKind.CONTENT_POLICY, f"{message} Say it in other words."
    if finish not in _GOOD:
        message = f"Google could not finish ({finish.lower().replace('_', ' ')})."
        return FailureKind.PROVIDER_FAILED, message
    return None


def _finish(answer: types.GenerateContentResponse) -> str:
    reason = answer.candidates[0].finish_reason if answer.candidates else None
    return str(reason.value) if reason else ""


def _words(reason: types.BlockedReason) -> str:
    return str(reason.value).lower().replace("_", " ")


def _parts(answer: types.GenerateContentResponse) -> Iterator[types.Part]:
    content = answer.candidates[0].content if answer.candidates else None
    for part in (content.parts if content else None) or ():
        if not part.thought:
            yield part


def _picture(part: types.Part) -> Artifact | None:
    data = part.inline_data.data if part.inline_data else None
    # the bytes say what they are; the label beside them may be wrong
    mime = next((mime for magic, mime in _MAGIC.items() if data and data.startswith(magic)), None)
    return Artifact(data=data, mime=mime) if mime else None


def usage_of(
    meta: types.GenerateContentResponseUsageMetadata | None, *, images: int = 0, speech: bool = False
) -> dict[str, float]:
    """Count what was used, in the words of `catalogue.cost_of`. Empty when the vendor said nothing.

    Args:
        meta: as in the answer.
        images: how many there are in it.
        speech: what it wrote is sound, also where its tokens are not told apart.
    """
    if meta is None:
        return {}
    written = meta.candidates_token_count or 0
    image_tokens = _tokens(meta, types.MediaModality.IMAGE)
    audio_tokens = (_tokens(meta, types.MediaModality.AUDIO) or written) if speech else 0
    counts = {
        "input_tokens": meta.prompt_token_count or 0,
        "output_tokens": max(0, written - image_tokens - audio_tokens),
        "output_image_tokens": image_tokens,
        "output_audio_tokens": audio_tokens,
        "thinking_tokens": meta.thoughts_token_count or 0,
        "images": images,
    }
    return {kind: float(count) for kind, count in counts.items() if count}


def _tokens(meta: types.GenerateContentResponseUsageMetadata, modality: types.MediaModality) -> int:
    return sum(
        detail.token_count or 0 for detail in meta.candidates_tokens_details or () if detail.modality == modality
    )


def _cost(request: Request, usage: dict[str, float], on: date, *, answered: bool) -> tuple[MicroCredits, CostBasis]:
    if usage and request.model.prices:
        return catalogue.cost_of(request.model, usage, on, {"image_size": image_size(request)}), "computed"
    return (request.model.estimates.get(request.operation, 0) if answered else 0), "estimated"
