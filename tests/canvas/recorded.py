"""Runs that were recorded once, as today's gateway tells them: what the canvas' own fold is held against.

`python tests/canvas/recorded.py` writes `services/canvas/src/run/recorded.json` anew: each event as it goes over the
stream, and what `GET /api/executions/{id}?at=` then says, as far as it is otherwise than before.
"""

import json
import sys
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])

from pydantic_core import to_jsonable_python

from contracts.base import MAX_EVENTS_PER_DECISION
from contracts.subjects import Subjects
from gateway.views.reading import entries, opened
from gateway.views.rows import Batch
from gateway.views.shown_runs import show
from kit.record import Record
from support.recording import PREFIX, records

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]
LOGS = ROOT / "tests" / "replay" / "logs" / "v1"
FILE = ROOT / "services" / "canvas" / "src" / "run" / "recorded.json"
SUBJECTS = Subjects(PREFIX)
NAMES = (
    "cancelled_resumed",
    "doubt_settled_by_asking_again",
    "failed_skipped_resumed",
    "forked",
    "judged_and_made_again",
    "over_its_budget",
    "refused",
    "retried_after_429_and_503",
    "second_run_cached",
    "twins_in_one_run",
    "waited_for_another_run",
)
EVERYTHING = 2**62


def recordings() -> list[Json]:
    return [told for name in NAMES for told in _runs(name, records(LOGS / f"{name}.jsonl"))]


def _runs(name: str, log: list[Record]) -> list[Json]:
    decided = [SUBJECTS.parse(record.subject) for record in log]
    runs = dict.fromkeys(address.id for address in decided if (address.family, address.kind) == ("evt", "run"))
    return [{"name": name, "run": run, "steps": _steps(run, log)} for run in runs]


def _steps(run: str, log: list[Record]) -> list[Json]:
    mine = [record for record in log if SUBJECTS.parse(record.subject).id == run]
    steps, before = [], _nothing()
    for event in _at(mine, EVERYTHING).events:
        batch = _at(mine, event.position)
        nodes = sorted(batch.nodes.values(), key=lambda node: node.ordinal)
        said: Json = to_jsonable_python(show(batch.runs[run], nodes))
        told = {"id": event.position, "event": event.type, "data": json.loads(event.payload)}
        steps.append({"event": told, "said": _otherwise(said, before)})
        before = said
    return steps


def _nothing() -> Json:
    return {"nodes": {}}


def _at(log: list[Record], position: int) -> Batch:
    """As `?at=` folds it, without a server."""
    batch = Batch()
    past = [record for record in log if record.seq <= position // MAX_EVENTS_PER_DECISION]
    for entry in entries(past, SUBJECTS):
        opened(entry, until=position).step(batch)
    return batch


def _otherwise(said: Json, before: Json) -> Json:
    """Of an execution: what changes in it, and its nodes that are not as they were."""
    changed = {name: said.get(name) for name in ("state", "cost", "error") if said.get(name) != before.get(name)}
    nodes = {id_: node for id_, node in said["nodes"].items() if node != before["nodes"].get(id_)}
    return changed | {"nodes": nodes}


def spelled(told: list[Json]) -> str:
    return (
        json.dumps(told, separators=(",", ":"), sort_keys=True, ensure_ascii=False).replace(
            '{"event":{', '\n{"event":{'
        )
        + "\n"
    )


if __name__ == "__main__":
    FILE.write_text(spelled(recordings()))
