"""Real logs of every release, read, folded and decided again by today's code.

A release that cannot read yesterday fails here. The logs are made by `record.py` and never changed: what must give is
`contracts.upcasts`, or the code.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from contracts.asset import AssetAdded
from contracts.character import CharacterCreated
from contracts.envelope import seal
from contracts.graph import GraphCommand, GraphEvent, RestoreGraph
from contracts.problems import Rejected
from contracts.recipe import RecipeEvent, Voided
from contracts.run import NodeCached, NodeScheduled, Origin, RunCommand, RunEvent, RunFunded, RunRefused
from contracts.subjects import Subjects
from contracts.upcasts import VERSION
from contracts.work import Report
from gateway.views.reading import entries, opened
from gateway.views.rows import Batch
from orchestrator.domain import graph as graphs
from orchestrator.domain import recipes
from orchestrator.domain.draft import Mine
from orchestrator.domain.effects import QueueTask, Revoke, SetTimer, effects
from orchestrator.domain.hearing import hear
from orchestrator.domain.run import look
from orchestrator.domain.run_state import Run
from providers import catalogue
from replay.history import Again, History, decide_again
from replay.scenarios import SCENARIOS
from support.recording import PREFIX, keep, records

LOGS = Path(__file__).parent / "logs"
HISTORIES = [History(file) for file in sorted(LOGS.glob("v*/*.jsonl"))]
A_LATER_DAY = datetime(2100, 1, 1, tzinfo=UTC)

of_each = pytest.mark.parametrize("history", HISTORIES, ids=lambda h: f"{h.file.parent.name}-{h.file.stem}")


def digests(outputs: Any) -> dict[str, list[str]]:
    return {port: [value.digest for value in values] for port, values in outputs.items()}


@of_each
def test_every_record_is_read_and_nothing_of_it_is_lost(history: History):
    for told in history.told:
        was = json.loads(told.record.data)
        if was["v"] == VERSION:
            assert _within(was, json.loads(seal(told.message))), told.record.subject


def _within(was: Any, is_: Any) -> bool:
    """Everything that was said is still said; more may be."""
    if isinstance(was, dict):
        return isinstance(is_, dict) and all(key in is_ and _within(value, is_[key]) for key, value in was.items())
    if isinstance(was, list):
        return isinstance(is_, list) and len(was) == len(is_) and all(map(_within, was, is_))
    return bool(was == is_)


@of_each
def test_a_run_folds_to_what_it_was(history: History):
    for run_id, said in history.expected["runs"].items():
        run = history.run(run_id)
        assert run.id == run_id
        if run.refused is not None:
            assert (run.state, said["state"], said["nodes"]) == ("pending", "failed", {})
            continue
        assert (run.state, run.spent) == (said["state"], said["cost"])
        assert {node_id: _step(run, node_id) for node_id in run.steps} == said["nodes"]


def _step(run: Run, node_id: Any) -> dict[str, Any]:
    step = run.steps[node_id]
    told = step.failure if step.state not in {"skipped", "cancelled"} else None
    return {
        "state": step.state,
        "attempt": step.attempt,
        "cost": step.cost,
        "error": told.kind.value if told else None,
        "outputs": digests(step.outputs),
    }


@of_each
def test_a_run_that_came_to_rest_stays_at_rest(history: History):
    """Whatever is heard again, and however late: no decision follows, no task, no timer, no revocation."""
    for run_id in history.expected["runs"]:
        run = history.run(run_id)
        for told in history.of("rpt", "run", run_id):
            hear(run, told.address.node, told.message.report)
        assert run.terminal
        assert look(run, A_LATER_DAY, {}, woken=frozenset(run.steps)).events == ()
        assert [e for e in effects(run) if isinstance(e, QueueTask | Revoke | SetTimer)] == []


@of_each
def test_a_run_is_decided_again_as_it_was(history: History):
    """A release that means to decide otherwise says here from which version of the logs on."""
    letters = history.letters("run")
    for run_id in history.expected["runs"]:
        for run, decision in history.decisions(run_id):
            again = decide_again(run, decision, letters, history.run)
            assert again == Again(decision.events, decision.refused), f"{run_id} at {decision.at}"


@of_each
def test_every_letter_was_answered_once(history: History):
    answered = [told.message.answers for told in history.told if getattr(told.message, "answers", None)]
    assert len(answered) == len(set(answered))
    assert set(answered) == {*history.letters("run"), *history.letters("graph")}


@of_each
def test_a_graph_folds_to_what_it_was(history: History):
    for graph_id, said in history.expected["graphs"].items():
        decisions = history.of("evt", "graph", graph_id)
        graph = graphs.fold((told.seq, told.message) for told in decisions)
        assert graph.deleted == (said is None)
        if said is None:
            continue
        shown = {n.id: {"type": n.type, "title": n.title, "params": n.params} for n in graph.nodes.values()}
        shown = {id_: node | {"variation": graph.nodes[id_].variation} for id_, node in shown.items()}
        edges = {
            e.id: [f"{e.source_node_id}.{e.source_port}", f"{e.target_node_id}.{e.target_port}"]
            for e in graph.edges.values()
        }
        assert (graph.name, graph.version, list(graph.notes)) == (said["name"], said["version"], said["notes"])
        assert shown == said["nodes"]
        assert edges == said["edges"]


@of_each
def test_a_graph_is_decided_again_as_it_was(history: History):
    letters, book = history.letters("graph"), catalogue.book({"local", "google", "fake"})
    for graph_id in history.expected["graphs"]:
        graph, before = graphs.UNBORN, {}
        for told in history.of("evt", "graph", graph_id):
            letter, decision = letters[told.message.answers], told.message
            wanted = letter.command.version if isinstance(letter.command, RestoreGraph) else None
            refused, events = None, ()
            try:
                events = graphs.decide(letter, graph, book, decision.at, before.get(wanted))
            except Rejected as no:
                refused = no.rejection
            assert (events, refused) == (decision.events, decision.refused)
            graph = graphs.apply(graph, decision, told.seq)
            before[graph.version] = graph


@of_each
def test_a_recipe_was_made_by_one_and_given_to_the_others(history: History):
    """Who scheduled a node had the recipe, who found it in the cache found what was made."""
    for seq, me, event in _by_recipe(history):
        past = [
            (told.seq, fact)
            for told in history.of("evt", "recipe", event.recipe)
            if told.seq < seq
            for fact in told.message.events
        ]
        if isinstance(event, NodeScheduled):
            assert any(recipes.answer(recipes.fold(past[: n + 1]), me) == Mine() for n in range(len(past)))
        else:
            told_since = [fact for told in history.of("evt", "recipe", event.recipe) for fact in told.message.events]
            twin = event.origin.run_id == me.run_id  # it knew by itself, and the others were told after
            made = recipes.fold(enumerate(told_since) if twin else past).made
            assert made is not None
            assert (made.by, made.outputs) == (event.origin, event.outputs)


def _by_recipe(history: History) -> Iterator[tuple[int, Origin, NodeScheduled | NodeCached]]:
    for told in history.of("evt", "run"):
        for event in told.message.events:
            if isinstance(event, NodeScheduled | NodeCached) and event.recipe:
                yield (
                    told.seq,
                    Origin(run_id=told.address.id, node_id=event.node_id, project_id=told.address.scope),
                    event,
                )


@of_each
def test_the_views_show_what_they_showed(history: History):
    batch = Batch()
    for entry in entries(history.records, Subjects(PREFIX)):
        opened(entry).step(batch)
    for run_id, said in history.expected["runs"].items():
        row = batch.runs[run_id]
        assert (row.state, row.cost) == (said["state"], said["cost"])
        assert (row.error or {}).get("kind") == said["error"]
        assert [[e.position, e.type] for e in batch.events if e.run_id == run_id] == said["events"]
        nodes = {node.node_id: node for (run, _), node in batch.nodes.items() if run == run_id}
        assert {id_: (n.state, n.attempt, n.cost) for id_, n in nodes.items()} == {
            id_: (n["state"], n["attempt"], n["cost"]) for id_, n in said["nodes"].items()
        }
    for graph_id, said in history.expected["graphs"].items():
        sheet = batch.sheets[graph_id]
        assert sheet.deleted == (said is None)
        assert said is None or (sheet.name, sheet.version, set(sheet.nodes)) == (
            said["name"],
            said["version"],
            set(said["nodes"]),
        )


@of_each
def test_nothing_tells_of_the_machine_it_was_recorded_on(history: History):
    text = history.file.read_text() + history.file.with_suffix(".expected.json").read_text()
    assert re.findall(r"/(?:work|tmp|home|root|usr|var)/|\d+\.\d+\.\d+\.\d+|localhost|https?://|a-key-for", text) == []
    assert len(text) < 64_000


def test_every_scenario_is_recorded():
    assert {history.file.stem for history in HISTORIES} == set(SCENARIOS)


def test_every_kind_of_message_is_in_some_recording():
    """Of those that anybody writes: nothing voids a recipe yet, and without credits no run is funded."""
    unions = (RunCommand, RunEvent, GraphCommand, GraphEvent, RecipeEvent, Report)
    wanted = {kind for union in unions for kind in get_args(get_args(union)[0])} | {AssetAdded, CharacterCreated}
    seen = {type(part) for history in HISTORIES for told in history.told for part in _parts(told.message)}
    assert wanted - {Voided, RunFunded} == seen


def _parts(message: Any) -> Iterator[Any]:
    yield from getattr(message, "events", ())
    for name in ("command", "report"):
        if hasattr(message, name):
            yield getattr(message, name)


def test_refusals_are_recorded_with_their_reasons():
    reasons = {
        event.rejection.reason.value
        for history in HISTORIES
        for told in history.of("evt", "run")
        for event in told.message.events
        if isinstance(event, RunRefused)
    }
    assert {"model_retired", "empty_graph"} <= reasons


def test_a_recording_is_never_written_over(tmp_path):
    file = tmp_path / "one.jsonl"
    keep(file, ['{"seq":1,"subject":"a","id":"b","time":"2026-11-21T00:00:00+00:00","body":{"v":1}}'])
    with pytest.raises(FileExistsError):
        keep(file, [])
    (kept,) = records(file)
    assert (kept.seq, kept.subject, kept.id, kept.data) == (1, "a", "b", b'{"v":1}')
