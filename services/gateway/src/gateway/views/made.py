"""What a node made, as rows of the assets."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from contracts.values import MediaValue, Outputs
from gateway.views.rows import RunRow

Json = dict[str, Any]


def assets_made(run: RunRow, node_id: str, outputs: Outputs, position: int, at: datetime) -> Iterator[Json]:
    """A picture, a sound, a film; and a text that is too long for the bus, whose id is its digest."""
    common = {
        "position": position,
        "user_id": run.user_id,
        "project_id": run.project_id,
        "tags": [],
        "source": "generated",
        "run_id": run.id,
        "node_id": node_id,
        "created_at": at,
    }
    for value in (value for values in outputs.values() for value in values):
        if isinstance(value, MediaValue):
            row = value.model_dump(mode="json", exclude={"asset_id"})
            yield row | common | {"id": value.asset_id, "name": f"{node_id}.{value.mime.rpartition('/')[2]}"}
        elif value.sha256 is not None:
            yield _long_text(value.sha256, node_id) | common


def _long_text(sha256: str, node_id: str) -> Json:
    return {
        "id": sha256,
        "type": "text",
        "sha256": sha256,
        "mime": "text/plain",
        "bytes": 0,
        "width": None,
        "height": None,
        "duration_s": None,
        "name": f"{node_id}.txt",
    }
