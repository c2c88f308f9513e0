"""What a node made, as rows of the assets; and which assets went through which node."""

from collections.abc import Iterator
from typing import Any

from contracts.catalogue import NODE_TYPES
from contracts.run import LateResult, NodeCached, NodeInherited, NodeMade, NodeSucceeded
from contracts.values import MediaValue, Outputs, TextValue
from gateway.views import tables
from gateway.views.rows import NodeRow, RunRow
from gateway.views.words import words_of

Json = dict[str, Any]
Made = NodeSucceeded | NodeMade | LateResult
NOTHING_SAID: Json = {column.name: None for column in tables.assets.c} | {"tags": [], "words": "", "marked": 0}
"""Every column of an asset's row, before anything is known of it."""


def assets_made(
    run: RunRow, node: NodeRow, event: NodeSucceeded | NodeMade | LateResult, position: int
) -> Iterator[Json]:
    """A picture, a sound, a film; and a text that is too long for the bus, whose id is its digest."""
    known = NODE_TYPES.get(node.type)
    if known is not None and known.queue is None:  # it hands on what is there already
        return
    prompt = None if isinstance(event, LateResult) else event.prompt_sent
    common = NOTHING_SAID | {
        "position": position,
        "user_id": run.user_id,
        "project_id": run.project_id,
        "source": "generated",
        "run_id": run.id,
        "node_id": node.node_id,
        "prompt": prompt or None,
        "provider": node.provider,
        "model": node.model,
        "created_at": event.at,
    }
    for value in (value for values in event.outputs.values() for value in values):
        if isinstance(value, MediaValue):
            name = f"{node.node_id}.{value.mime.rpartition('/')[2]}"
            row = common | value.model_dump(mode="json", exclude={"asset_id", "identity"})
            yield row | {"id": value.asset_id, "name": name, "words": words_of(name, prompt or "")}
        elif isinstance(value, TextValue) and value.sha256 is not None:
            yield common | _long_text(value.sha256, node.node_id)


def uses(
    run: RunRow, event: NodeSucceeded | NodeMade | LateResult | NodeCached | NodeInherited, position: int
) -> Iterator[Json]:
    """Every asset that is among a node's outputs, wherever it was made."""
    for asset_id in dict.fromkeys(_media(event.outputs)):
        yield {"asset_id": asset_id, "run_id": run.id, "node_id": event.node_id, "position": position}


def _media(outputs: Outputs) -> Iterator[str]:
    return (value.asset_id for values in outputs.values() for value in values if isinstance(value, MediaValue))


def _long_text(sha256: str, node_id: str) -> Json:
    return {"id": sha256, "type": "text", "sha256": sha256, "mime": "text/plain", "bytes": 0, "name": f"{node_id}.txt"}
