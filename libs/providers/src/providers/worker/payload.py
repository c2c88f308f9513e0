"""What is told of a request beside its prompt: enough to know what was asked, small, and without bytes or secrets."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pydantic_core import to_json

from contracts.work import MAX_PAYLOAD_BYTES
from providers.interface import Prepared

Json = dict[str, Any]
_TOO_LARGE = f"More than {MAX_PAYLOAD_BYTES // 1024} KiB: left out."


def payload_of(prepared: Prepared) -> Json:
    """Params as they were asked for; the prompt as it was sent is told apart, and inputs by their digests."""
    request = prepared.request
    inputs: dict[str, list[Json]] = {
        port: [{"type": "text", "sha256": sha256(_utf8(one)).hexdigest(), "characters": len(one)} for one in texts]
        for port, texts in request.texts.items()
    }
    for port, media in request.media.items():
        shown = [{"type": one.mime.partition("/")[0], "sha256": one.sha256, "mime": one.mime} for one in media]
        inputs[port] = [*inputs.get(port, ()), *shown]
    if request.characters:
        inputs["character"] = [
            {"type": "character", "character_id": one.id, "references": [p.sha256 for p in one.pictures]}
            for one in request.characters
        ]
    head: Json = {"operation": request.operation, "model": request.model.id, "seed": request.seed}
    whole = {
        **head,
        "params": {name: value for name, value in request.params.items() if name != "prompt"},
        "inputs": inputs,
    }
    return whole if fits(whole) else {**head, "left_out": _TOO_LARGE}


def response_of(said: Mapping[str, Any]) -> Json | None:
    """What a provider told besides its result. None: nothing, or too much."""
    told = dict(said)
    if not told:
        return None
    return told if fits(told) else {"left_out": _TOO_LARGE}


def fits(told: Json) -> bool:
    return len(to_json(told, fallback=str)) <= MAX_PAYLOAD_BYTES


def _utf8(text: str) -> bytes:
    return text.encode(errors="replace")
