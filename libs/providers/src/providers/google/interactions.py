"""Films by the Interactions API: the request in Google's words, and what its answers mean. No IO."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.failures import FailureKind
from providers.google.films import Shot, aspect_ratio, resolution, seconds, shot
from providers.google.verdicts import verdict
from providers.interface import Media, Prepared, ProviderError

AT_WORK = frozenset({"queued", "in_progress", "requires_continuation"})


@dataclass(frozen=True)
class Film:
    """Where a result is: here, or at an address."""

    data: bytes | None = None
    uri: str | None = None
    mime: str = "video/mp4"


def order(prepared: Prepared, *, vertex: bool) -> dict[str, Any]:
    """Give what an interaction is created with."""
    request, chosen = prepared.request, shot(prepared.request)
    form: dict[str, Any] = {"type": "video", "delivery": "inline" if vertex else "uri"}
    if ratio := aspect_ratio(request):
        form["aspect_ratio"] = ratio
    form["duration"] = f"{seconds(request)}s"
    if size := resolution(request):
        form["resolution"] = size
    content = [{"type": "text", "text": prepared.prompt_sent}, *_media(chosen)]
    return {
        "model": request.model.id,
        "background": True,
        "store": True,
        "input": [{"type": "user_input", "content": content}],
        "generation_config": {"video_config": {"task": _task(request.operation, chosen)}},
        "response_format": form,
    }


def _task(operation: str, chosen: Shot) -> str:
    if operation == "video_extend":
        return "extend"
    return "reference_to_video" if chosen.references else operation


def _media(chosen: Shot) -> Iterator[dict[str, str]]:
    """First frame, last frame, references: their order is their meaning."""
    if chosen.film:
        yield _item("video", chosen.film)
    frames = (chosen.first,) if chosen.references else (chosen.first, chosen.last)
    yield from (_item("image", one) for one in frames if one)
    yield from (_item("image", one) for one in chosen.references)


def _item(kind: str, one: Media) -> dict[str, str]:
    return {"type": kind, "mime_type": one.mime, "data": base64.b64encode(one.data).decode()}


def films(told: Mapping[str, Any]) -> list[Film]:
    """Give the films of a completed interaction."""
    return [found for item in _contents(told) if item.get("type") == "video" and (found := _film(item))]


def _film(item: Mapping[str, Any]) -> Film | None:
    mime = str(item.get("mime_type") or "video/mp4")
    if item.get("uri"):
        return Film(uri=str(item["uri"]), mime=mime)
    try:
        return Film(data=base64.b64decode(str(item.get("data") or ""), validate=True), mime=mime)
    except binascii.Error:
        return None


def words(told: Mapping[str, Any]) -> str:
    """Give what the model said instead of a film, or beside it."""
    return " ".join(str(item.get("text", "")) for item in _contents(told) if item.get("type") == "text").strip()


def _contents(told: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for step in _list(told.get("steps")):
        if step.get("type") == "model_output":
            yield from _list(step.get("content"))


def _list(found: object) -> list[Mapping[str, Any]]:
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def usage_of(told: Mapping[str, Any]) -> dict[str, float]:
    """Count what was used, in the words of `catalogue.cost_of`. Empty when nothing was said."""
    usage = told.get("usage")
    if not isinstance(usage, Mapping):
        return {}

    def count(name: str) -> float:
        number = usage.get(name)
        return float(number) if isinstance(number, int | float) else 0.0

    by_kind = {
        str(one.get("modality")): float(one.get("tokens") or 0) for one in _list(usage.get("output_tokens_by_modality"))
    }
    film = by_kind.get("video", 0.0)
    counts = {
        "input_tokens": count("total_input_tokens"),
        "output_tokens": max(0.0, count("total_output_tokens") - film),
        "output_video_tokens": film,
        "thinking_tokens": count("total_thought_tokens"),
    }
    return {kind: number for kind, number in counts.items() if number}


def trouble(told: Mapping[str, Any]) -> ProviderError | None:
    """Say why an interaction that is over gave nothing; None when it is at work, or completed well."""
    status = str(told.get("status") or "")
    errors = [one for step in _list(told.get("steps")) if isinstance(one := step.get("error"), Mapping)]
    errors += _list(told.get("errors"))
    if errors and not (status == "completed" and films(told)) and status not in AT_WORK:
        return verdict(errors[0].get("code"), str(errors[0].get("message") or ""))
    match status:
        case "cancelled":
            return verdict("cancelled", "")
        case "failed":
            return verdict(None, words(told))
        case "budget_exceeded":
            return verdict("budget_exceeded", words(told))
        case "requires_action" | "incomplete":
            return verdict(status, words(told))
        case _:
            return None


def nothing(told: Mapping[str, Any], *, uploads: bool) -> ProviderError:
    """Say what it means that it completed without a film."""
    if said := words(told):
        return verdict("no_video", said)
    if uploads and not usage_of(told):
        text = "Google made nothing of it: it does not work on uploaded pictures and films in every region (EEA, UK)."
        return ProviderError(FailureKind.CONTENT_POLICY, text, provider="google")
    return verdict("no_video", "")
