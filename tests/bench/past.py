"""Runs as they would have been recorded, made without running them: history by the million."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench.graphs import Dag
from contracts.base import MessageId, NodeId, ProjectId, RunId, UserId
from contracts.envelope import ReportLetter, RunDecision, seal
from contracts.run import (
    NodeScheduled,
    NodeSucceeded,
    Plan,
    PlannedInput,
    PlannedNode,
    RunCompleted,
    RunEvent,
    RunStarted,
    Source,
)
from contracts.subjects import Subjects
from contracts.values import TextValue
from contracts.work import Succeeded
from kit.ids import new_id

PROJECT, USER = ProjectId("default"), UserId("local")
_BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
_PLACE = "00000000-0000-7000-8000-000000000000"
"""Stands for the run's id: as long as one."""


@dataclass(frozen=True)
class Message:
    node: str | None
    """None: a decision; else the node that this report is about."""
    body: bytes

    def of(self, run: str) -> bytes:
        return self.body.replace(_PLACE.encode(), run.encode())


@dataclass(frozen=True)
class Template:
    """One finished run in its log order, of which any number can be made."""

    messages: tuple[Message, ...]
    facts: int
    """Events in its decisions."""

    def subjects(self, subjects: Subjects, run: str) -> Iterator[tuple[str, bytes]]:
        run_id = RunId(run)
        for message in self.messages:
            if message.node is None:
                yield subjects.events("run", PROJECT, run_id), message.of(run)
            else:
                yield subjects.report(PROJECT, run_id, NodeId(message.node)), message.of(run)


def template(dag: Dag, *, reports: bool = True) -> Template:
    """Each decision answers all that was ready together, as a fast worker would make it."""
    when = iter(_BEGUN + timedelta(milliseconds=n) for n in range(10**9))
    lacking = {node: len(set(sources)) for node, sources in dag}
    messages: list[Message] = []
    facts = 0

    def decide(*events: RunEvent) -> None:
        nonlocal facts
        facts += len(events)
        decision = RunDecision(id=MessageId(new_id()), at=next(when), actor="orchestrator", events=events)
        messages.append(Message(None, seal(decision)))

    ready = [node for node, sources in dag if not sources]
    decide(started(_PLACE, dag, next(when)), *_scheduled(ready, next(when)))
    while ready:
        if reports:
            messages += [Message(node, _report(next(when))) for node in ready]
        after = _freed(dag, ready, lacking)
        at = next(when)
        ended = () if after else (RunCompleted(at=at),)
        decide(*(_succeeded(node, at) for node in ready), *_scheduled(after, at), *ended)
        ready = after
    return Template(tuple(messages), facts)


def _freed(dag: Dag, done: list[str], lacking: dict[str, int]) -> list[str]:
    over, freed = set(done), []
    for node, sources in dag:
        met = len(over & set(sources))
        lacking[node] -= met
        if met and not lacking[node]:
            freed.append(node)
    return freed


def started(run: str, dag: Dag, at: datetime) -> RunStarted:
    nodes = tuple(
        PlannedNode(
            id=NodeId(node),
            type="noop",
            params={"text": ""},
            queue="noop",
            cacheable=False,
            inputs=(_input(sources),) if sources else (),
        )
        for node, sources in dag
    )
    plan = Plan(nodes=nodes, outputs=(nodes[-1].id,))
    return RunStarted(at=at, run_id=RunId(run), project_id=PROJECT, user_id=USER, graph_name="history", plan=plan)


def _input(sources: list[str]) -> PlannedInput:
    return PlannedInput(
        port="in", many=True, sources=tuple(Source(node_id=NodeId(one), port="text") for one in sources)
    )


def _scheduled(nodes: list[str], at: datetime) -> tuple[NodeScheduled, ...]:
    return tuple(NodeScheduled(at=at, node_id=NodeId(node), attempt=1) for node in nodes)


def _succeeded(node: str, at: datetime) -> NodeSucceeded:
    outputs = {"text": (TextValue(text="1"),)}
    return NodeSucceeded(at=at, node_id=NodeId(node), attempt=1, outputs=outputs, started_at=at)


def _report(at: datetime) -> bytes:
    report = Succeeded(at=at, attempt=1, outputs={"text": (TextValue(text="1"),)}, started_at=at)
    return seal(ReportLetter(id=MessageId(new_id()), worker="history", report=report))
