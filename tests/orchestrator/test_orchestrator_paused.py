"""What a later release wrote pauses its own run or graph, and nobody else's; who can read it goes on by itself."""

import asyncio
import json
from contextlib import asynccontextmanager
from functools import partial

import pytest
from orchestrator_house import chain, node, once_each

from contracts import upcasts
from contracts.envelope import GraphDecision, GraphLetter, RecipeDecision, ReportLetter, RunDecision, seal
from contracts.graph import CreateGraph, Describe, EditGraph
from contracts.plan import InlineGraph
from contracts.recipe import Voided
from contracts.run import CancelRun, ResumeRun, StartRun
from contracts.subjects import partition
from contracts.work import Claimed
from groove_local.probe import http_get
from kit.clock import utc_now
from kit.ids import new_id
from orchestrator.main import serve
from orchestrator.settings import Settings

LATER = upcasts.VERSION + 1


@pytest.fixture
def upgrade(monkeypatch):
    """Make this process the release that reads what is of the future now."""
    longer = upcasts.Chain((*upcasts.CHAIN.steps, lambda _kind, raw: raw))
    return lambda: monkeypatch.setattr(upcasts, "CHAIN", longer)


@asynccontextmanager
async def in_here(home):
    """An orchestrator in this process: of the release that this process is."""
    stop = asyncio.Event()
    settings = Settings(nats_url=home.nats_url, prefix=home.subjects.prefix, health_port=0)
    serving = asyncio.create_task(serve(settings, stop))
    yield
    stop.set()
    await serving


async def ready(home):
    return json.loads((await http_get(home.ports[-1], "/ready")).body)


async def paused(home):
    return {(one["kind"], one["id"]): one for one in (await ready(home))["paused"]}


async def become_future(home, kind, id_, of=RunDecision, **more):
    """A decision of a later release."""
    decision = of(id=new_id(), at=utc_now(), actor="orchestrator", events=(), v=LATER, **more)
    subject = home.subjects.events(kind, "p", id_)
    return await home.log.append(subject, seal(decision), expected=None, event_id=decision.id)


async def edit(home, graph, command):
    letter = GraphLetter(
        id=new_id(),
        at=utc_now(),
        user_id="u",
        project_id="p",
        aggregate_id=graph,
        reply_to=home.subjects.answers("door"),
        command=command,
    )
    subject = home.subjects.command("graph", "p", graph)
    await home.log.append(subject, seal(letter), expected=None, event_id=letter.id)
    return letter.id


async def readable(home, letter):
    """The answer of who can read it, after those that said that they cannot."""

    async def said():
        return home.answers[letter].outcome != "unreadable"

    await home.until(said)
    return home.answers[letter]


def beside(run):
    """The name of another run in its partition."""
    return next(name for n in range(10_000) if partition(name := f"other{n}") == partition(run))


async def test_a_run_and_a_graph_of_the_future_wait_while_all_others_go_on_and_the_next_release_goes_on(
    idle_home, upgrade
):
    home = idle_home
    process = await home.orchestrator()
    assert (await home.start("run", chain("one", 1))).outcome == "done"
    created = await home.answer(await edit(home, "graph", CreateGraph(name="A")))
    assert created.outcome == "done"
    run_seq, graph_seq = (
        await become_future(home, "run", "run"),
        await become_future(home, "graph", "graph", GraphDecision),
    )
    async with asyncio.timeout(20):
        cancel = await home.ask("run", CancelRun())
        change = await edit(home, "graph", EditGraph(ops=(Describe(name="B"),)))
        assert (await home.answer(cancel)).outcome == "unreadable"
        assert (await home.answer(change)).outcome == "unreadable"
        # a graph that cannot be read keeps only those from starting that need it
        frozen = await home.ask("of_it", StartRun(graph_id="graph", body_digest="x"))
        assert (await home.answer(frozen)).outcome == "unreadable"
        other = beside("run")
        assert (await home.start(other, chain("other", 1))).outcome == "done"
        assert (await home.answer(await home.ask(other, CancelRun()))).outcome == "done"
    report = await ready(home)
    assert report["status"] == "ready"
    listed = await paused(home)
    assert set(listed) == {("run", "run"), ("graph", "graph"), ("run", "of_it")}
    assert (listed["run", "run"]["seq"], listed["run", "run"]["project_id"]) == (run_seq, "p")
    assert listed["graph", "graph"]["seq"] == graph_seq
    assert f"version {LATER}" in listed["run", "run"]["reason"]
    assert listed["run", "of_it"]["reason"].startswith("it needs graph graph: ")
    assert await home.gauge("groove_aggregates_paused") == 3
    assert await home.gauge('groove_decisions_total{kind="graph"}') == 1
    for name in ("acked_total", "handed_back_total", "redelivered_total"):  # settled after it was answered
        async with asyncio.timeout(30):
            await home.until(partial(home.gauge, f"groove_messages_{name}"))
    assert await home.gauge("groove_messages_pulled_total") > await home.gauge("groove_messages_redelivered_total")
    assert await home.gauge("groove_handler_seconds_count") > 0
    assert len(await home.log.read(home.subjects.events("run", "p", "run"))) == 2
    process.terminate()
    assert await process.wait() == 0
    upgrade()
    async with asyncio.timeout(30), in_here(home):
        assert (await readable(home, cancel)).outcome == "done"
        assert (await readable(home, change)).version == 2
        assert (await readable(home, frozen)).rejection.reason == "empty_graph"
        events = (await home.over("run"))["run"]
        assert "RunCancelled" in [event.type for event in events]


async def test_it_goes_on_without_a_restart_when_it_can_be_read_and_repeated_commands_are_obeyed_once(
    home, upgrade, caplog
):
    home.answering = lambda _task: None
    caplog.set_level("INFO", logger="orchestrator")
    async with asyncio.timeout(30), in_here(home):
        await home.start("run", chain("one", 1))
        await become_future(home, "run", "run")
        first = await home.ask("run", CancelRun())
        assert (await home.answer(first)).outcome == "unreadable"
        again = await home.ask("run", CancelRun())
        assert (await home.answer(again)).outcome == "unreadable"
        assert [record.message.partition(":")[0] for record in caplog.records if "paused" in record.message] == [
            "paused"
        ]
        upgrade()
        assert (await readable(home, first)).outcome == "done"
        assert [d.answers for d in await home.decisions("run", "p", "run", RunDecision)].count(first) == 1
        assert (await readable(home, again)).outcome in {"done", "rejected"}
        assert [r.message for r in caplog.records if r.message.startswith("goes on")] == [
            "goes on: its history can be read"
        ]


async def test_a_report_of_the_future_pauses_its_run_and_nothing_is_done_for_it(home):
    home.answering = lambda _task: None
    await home.orchestrator(GROOVE_SWEEP_S="0.05")
    await home.start("run", chain("one", 2))
    assert await home.gauge("groove_runs_open") == 1
    subject = home.subjects.report("p", "run", "one1")
    report = Claimed(at=utc_now(), attempt=1, epoch=1, basis=0, worker="w")
    letter = ReportLetter(id=new_id(), worker="w", report=report, v=LATER)
    async with asyncio.timeout(20):
        seq = await home.log.append(subject, seal(letter), expected=None, event_id=letter.id)
        await home.until(lambda: paused(home))
        assert (await paused(home))["run", "run"]["seq"] == seq
        before = len(await home.log.read(home.subjects.events("run", "p", "run")))
        resume = await home.ask("run", ResumeRun())
        assert (await home.answer(resume)).outcome == "unreadable"
        assert len(await home.log.read(home.subjects.events("run", "p", "run"))) == before


async def test_a_recipe_of_the_future_is_as_good_as_not_known(home):
    """What it describes is made anew, and nothing is written to it."""
    await home.orchestrator()
    graph = InlineGraph(nodes=(node("a", prompt="rare"),), edges=())
    async with asyncio.timeout(20):
        await home.start("first", graph)
        await home.over("first")
        (record, *_) = await home.log.read(f"{home.subjects.prefix}.evt.*.recipe.>")
        letter = RecipeDecision(id=new_id(), at=utc_now(), actor="x", events=(Voided(at=utc_now()),), v=LATER)
        await home.log.append(record.subject, seal(letter), expected=None, event_id=letter.id)
        before = len(await home.log.read(record.subject))
        await home.start("second", graph)
        events = (await home.over("second"))["second"]
    once_each(events)
    assert events[-1].type == "RunCompleted"
    assert "NodeScheduled" in [event.type for event in events]
    assert len(await home.log.read(record.subject)) == before
    assert [(one["kind"], one["user_id"]) for one in (await ready(home))["paused"]] == [("recipe", "u")]
