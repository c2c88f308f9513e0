"""This release and the next one side by side over one log, while runs are under way.

The next release is this one, with what a next release may do (docs/versions.md): it writes fields that nobody here has
heard of, or messages of a new version, which nobody here can read. What the releases before this one wrote is kept in
tests/replay/logs, and read by today's code there.
"""

import asyncio
import json
from pathlib import Path

import pytest
from orchestrator_house import diamond, once_each

from contracts import upcasts
from contracts.run import StartRun

NEXT = """
import json
from contracts import upcasts
upcasts.CHAIN = upcasts.Chain((lambda _kind, raw: raw,) * {steps})
upcasts.VERSION = upcasts.CHAIN.version
upcasts._CURRENT = b'{{"v":%d,' % upcasts.VERSION
from contracts import envelope
seal = envelope.seal

def sealed(message):
    raw = json.loads(seal(message))
    for event in raw.get("events", ()):
        event["unheard_of"] = ["of", "a", "later", "release"]
    return json.dumps({{**raw, "unheard_of": True}}, separators=(",", ":")).encode()

envelope.seal = sealed
"""
OLD, NEW = "this release", "the next"


@pytest.fixture(params=[1, 2], ids=["new fields", "a new version"])
def following(request, monkeypatch, tmp_path: Path):
    """What makes a process one of the next release. Of a new version, this process reads it too: workers go first."""
    steps = request.param - upcasts.VERSION
    (tmp_path / "sitecustomize.py").write_text(NEXT.format(steps=steps))
    monkeypatch.setattr(upcasts, "CHAIN", upcasts.Chain((lambda _kind, raw: raw,) * steps))
    return {"PYTHONPATH": str(tmp_path)}


async def ask(home, runs):
    return [await home.ask(run, StartRun(inline=diamond(run), body_digest=run)) for run in runs]


async def writers(home, run):
    records = await home.log.read(home.subjects.events("run", "p", run))
    return {NEW if "unheard_of" in json.loads(record.data) else OLD for record in records}


async def test_orchestrators_are_replaced_one_by_one_while_runs_are_under_way(home, following):
    before, beside, after = ([f"{when}{n}" for n in range(24)] for when in ("before", "beside", "after"))
    old = await home.orchestrator(GROOVE_SWEEP_S="0.5")
    await ask(home, before)
    await home.orchestrator(**following, GROOVE_SWEEP_S="0.5")
    await ask(home, beside)
    await home.until(lambda: made(home, 100))
    old.terminate()
    await ask(home, after)
    assert await old.wait() == 0
    async with asyncio.timeout(60):
        facts = await home.over(*before, *beside, *after)
    for run, events in facts.items():
        once_each(events)
        assert events[-1].type == "RunCompleted", run
    assert {task.id for task in home.tasks} == {f"{run}.{node}.1" for run in facts for node in "abcd"}
    wrote = [await writers(home, run) for run in facts]
    assert {OLD} in wrote or {OLD, NEW} in wrote
    assert {NEW} in wrote


async def made(home, count):
    return len(home.tasks) >= count
