"""What one release writes, every later one reads.

Run `python tests/contracts/test_goldens.py` to write the goldens of new messages. It never changes one that exists.
"""

import json
import sys
from pathlib import Path
from typing import get_args

import pytest

from contracts import asset, character, credit, graph, recipe, run, work
from contracts.envelope import RunDecision, Unreadable, seal, unseal
from contracts.upcasts import VERSION

sys.path.insert(0, str(Path(__file__).parent))
from samples import SAMPLES

GOLDENS = Path(__file__).parent / "goldens" / f"v{VERSION}"
UNIONS = {
    "GraphLetter": graph.GraphCommand,
    "RunLetter": run.RunCommand,
    "GraphDecision": graph.GraphEvent,
    "RunDecision": run.RunEvent,
    "RecipeDecision": recipe.RecipeEvent,
    "AssetDecision": asset.AssetEvent,
    "CharacterDecision": character.CharacterEvent,
    "CreditLetter": credit.CreditCommand,
    "CreditDecision": credit.CreditEvent,
    "ReportLetter": work.Report,
}


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_golden_is_read_and_written_the_same(name):
    kind, sample = SAMPLES[name]
    golden = (GOLDENS / f"{name}.json").read_bytes()
    message = unseal(kind, golden)
    assert message == sample
    assert keeps(json.loads(seal(message)), json.loads(golden)), "a field of an earlier release is gone or changed"


def keeps(now, then):
    """Whether everything of then is still there, as it was; now may have more fields."""
    if isinstance(then, dict):
        return isinstance(now, dict) and all(name in now and keeps(now[name], then[name]) for name in then)
    if isinstance(then, list):
        return len(now) == len(then) and all(keeps(a, b) for a, b in zip(now, then, strict=True))
    return now == then


@pytest.mark.parametrize("name", sorted(UNIONS))
def test_every_message_has_a_golden(name):
    first, *_ = get_args(UNIONS[name])
    kinds = [k.__name__ for k in (get_args(first) or (first,))]
    assert sorted(kinds) == sorted(s.split(".")[1] for s in SAMPLES if s.startswith(name + "."))


def test_no_golden_is_orphaned():
    assert {path.stem for path in GOLDENS.glob("*.json")} == set(SAMPLES)


def test_unknown_fields_of_a_later_release_are_ignored():
    raw = json.loads((GOLDENS / "RunDecision.RunCompleted.json").read_bytes())
    raw["events"][0]["mood"] = "good"
    assert unseal(RunDecision, json.dumps(raw).encode()) == SAMPLES["RunDecision.RunCompleted"][1]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b'{"v":2,"id":"m"}',
        b'{"v":1}',
        b'{"v":"1"}',
        b'{"v":1,"id":"m","at":"2026-01-01T00:00:00Z","actor":"u","events":[{"type":"RunExploded"}]}',
    ],
)
def test_what_cannot_be_read_says_so(data):
    with pytest.raises(Unreadable):
        unseal(RunDecision, data)


if __name__ == "__main__":
    for name, (_, sample) in SAMPLES.items():
        path = GOLDENS / f"{name}.json"
        if not path.exists():
            path.write_text(json.dumps(json.loads(seal(sample)), indent=1, ensure_ascii=False) + "\n")
