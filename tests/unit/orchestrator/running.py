"""Runs in words: a plan, what happened to it, and what is decided then.

`a_run(...)` is started at noon; every method gives the run as it is afterwards, with `said`: the facts of that step.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.base import AssetId, MessageId, MicroCredits, NodeId, ProjectId, RunId, UserId
from contracts.envelope import RunDecision, RunLetter
from contracts.failures import Failure, FailureKind
from contracts.problems import Rejected, Rejection
from contracts.run import (
    CancelRun,
    Origin,
    Plan,
    PlannedInput,
    PlannedNode,
    ResumeRun,
    RunEvent,
    SettleNode,
    Source,
    StartRun,
)
from contracts.values import MediaValue, Outputs, TextValue, Value
from contracts.work import Claimed, Failed, InDoubt, Report, Revoked, Stopped, Succeeded
from orchestrator.domain.draft import Hit, Known, Mine, RecipeAnswer, Theirs
from orchestrator.domain.effects import Effect, effects
from orchestrator.domain.evolve import apply
from orchestrator.domain.hearing import hear
from orchestrator.domain.run import Act, look, obey, start
from orchestrator.domain.run_state import Run, Step

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
RUN, PROJECT, USER = RunId("r1"), ProjectId("default"), UserId("local")
ELSEWHERE = Origin(run_id=RunId("other"), node_id=NodeId("twin"), project_id=PROJECT)
Library = Callable[[NodeId, str], RecipeAnswer]


def mine(_node: NodeId, _key: str) -> RecipeAnswer:
    return Mine()


def made(value: Value) -> Library:
    return lambda _node, _key: Hit({_port(value): (value,)}, ELSEWHERE)


def theirs(_node: NodeId, _key: str) -> RecipeAnswer:
    return Theirs(ELSEWHERE)


def _port(value: Value) -> str:
    return value.type


def image(name: str) -> MediaValue:
    return MediaValue(type="image", asset_id=AssetId(name), sha256=f"{name:0>64}", mime="image/png", bytes=1)


def text(id_: str, words: str = "a lighthouse") -> PlannedNode:
    return PlannedNode(id=NodeId(id_), type="text", params={"text": words}, cacheable=False)


def asset(id_: str) -> PlannedNode:
    picture = image(f"asset{id_}")
    return PlannedNode(id=NodeId(id_), type="asset", params={"asset_id": "a"}, cacheable=False, asset=picture)


def paint(id_: str, *prompts: str, prompt: str = "in a storm", **fields: Any) -> PlannedNode:
    """A picture. `prompts` are `node.port`; `image` inputs come by `port(...)` in `inputs`."""
    inputs = fields.pop("inputs", (port("prompt", *prompts),) if prompts else ())
    given = {"type": "text_to_image", "params": {"prompt": prompt}, "queue": "image", "model": "painter"} | fields
    return PlannedNode(id=NodeId(id_), inputs=inputs, **given)


def repaint(id_: str, source: str, prompt: str = "again", **fields: Any) -> PlannedNode:
    return paint(id_, prompt=prompt, type="image_to_image", inputs=(port("image", f"{source}.image"),), **fields)


def output(id_: str, *sources: str) -> PlannedNode:
    inputs = (port("value", *sources, many=True),)
    return PlannedNode(id=NodeId(id_), type="output", params={}, inputs=inputs, cacheable=False)


def port(name: str, *sources: str, many: bool = False) -> PlannedInput:
    ends = [source.split(".") for source in sources]
    return PlannedInput(
        port=name, many=many, sources=tuple(Source(node_id=NodeId(node), port=out) for node, out in ends)
    )


@dataclass
class Running:
    run: Run
    said: tuple[RunEvent, ...] = ()
    now: datetime = NOON
    library: Library = mine
    log: list[tuple[int, NodeId | None, RunDecision | Report]] = field(default_factory=list)
    """Everything that happened, as it would lie in the log."""
    tick: int = 0

    # What happens

    def told(self, act: Act | None = None, *, letter: str | None = None, woken: Iterable[str] = ()) -> "Running":
        """One decision, if there is one to make."""
        known: Known = {}
        nodes = frozenset(map(NodeId, woken))
        while (decided := look(self.run, self.now, known, act, nodes)).needs:
            known = {**known, **{(n, key): self.library(n, key) for n, key in decided.needs.items()}}
        self.said = decided.events
        if decided.events or letter:
            answers = MessageId(letter) if letter else None
            self._decided(decided.events, answers)
        return self

    def _decided(self, events: tuple[RunEvent, ...], answers: MessageId | None, no: Rejection | None = None) -> None:
        self.tick += 1
        decision = RunDecision(
            id=MessageId(f"d{self.tick}"), at=self.now, actor="test", answers=answers, refused=no, events=events
        )
        self.log.append((self.tick, None, decision))
        apply(self.run, decision, self.tick)

    def heard(self, node: str, report: Report) -> "Running":
        """A report lies in the log; nothing is decided over it yet."""
        self.tick += 1
        self.log.append((self.tick, NodeId(node), report))
        hear(self.run, NodeId(node), report)
        return self

    def reports(self, node: str, report: Report) -> "Running":
        return self.heard(node, report).told()

    def claims(self, node: str) -> "Running":
        return self.reports(node, Claimed(at=self.now, attempt=self.attempt(node), epoch=1, worker="w1"))

    def succeeds(self, node: str, *values: Value, attempt: int | None = None, cost: MicroCredits = 0) -> "Running":
        return self.reports(node, success(node, *values, attempt=attempt or self.attempt(node), cost=cost))

    def fails(
        self,
        node: str,
        kind: str = "content_policy",
        *,
        attempt: int | None = None,
        after_s: float | None = None,
        cost: int = 0,
    ) -> "Running":
        failure = Failure(kind=FailureKind(kind), message=f"It was {kind}.")
        report = Failed(
            at=self.now, attempt=attempt or self.attempt(node), failure=failure, retry_after_s=after_s, cost=cost
        )
        return self.reports(node, report)

    def doubts(self, node: str, attempt: int | None = None) -> "Running":
        failure = Failure(kind=FailureKind.IN_DOUBT, message="Nobody knows.")
        return self.reports(node, InDoubt(at=self.now, attempt=attempt or self.attempt(node), failure=failure))

    def stops(self, node: str) -> "Running":
        return self.reports(node, Stopped(at=self.now, attempt=self.attempt(node)))

    def revoked(self, node: str, epoch: int = 0) -> "Running":
        return self.reports(node, Revoked(at=self.now, attempt=self.attempt(node), epoch=epoch))

    def cancelled(self) -> "Running":
        return self.told(obey(self.run, CancelRun()), letter=f"cancel{self.tick}")

    def resumed(self) -> "Running":
        return self.told(obey(self.run, ResumeRun()), letter=f"resume{self.tick}").and_then()

    def settled(self, node: str, action: Any, handle: str | None = None) -> "Running":
        command = SettleNode(node_id=NodeId(node), action=action, handle=handle)
        return self.told(obey(self.run, command), letter=f"settle{self.tick}")

    def woken(self, *nodes: str) -> "Running":
        return self.told(woken=nodes)

    def later(self, seconds: float) -> "Running":
        self.now += timedelta(seconds=seconds)
        return self.told()

    def finding(self, library: Library) -> "Running":
        """From now on the recipes are answered so."""
        self.library = library
        return self

    def and_then(self) -> "Running":
        """Look once more, and count what that gives to the same step."""
        before = self.said
        self.told()
        self.said = before + self.said
        return self

    # What is seen

    def attempt(self, node: str) -> int:
        return self.step(node).attempt

    def step(self, node: str) -> Step:
        return self.run.steps[NodeId(node)]

    def states(self) -> dict[str, str]:
        return {str(node): step.state for node, step in self.run.steps.items()}

    def names(self) -> list[str]:
        """What was said, as `NodeScheduled paint`."""
        return [" ".join(filter(None, (event.type, getattr(event, "node_id", None)))) for event in self.said]

    def then(self, *names: str) -> "Running":
        assert self.names() == list(names)
        return self

    def then_nothing(self) -> "Running":
        return self.then()

    def effects(self) -> list[Effect]:
        return effects(self.run)


def success(node: str, *values: Value, attempt: int = 1, cost: MicroCredits = 0) -> Succeeded:
    given = values or (image(f"{node}{attempt}"),)
    outputs: Outputs = {_port(given[0]): given}
    return Succeeded(at=NOON, attempt=attempt, outputs=outputs, cost=cost, started_at=NOON)


def letter(command: StartRun | None = None, id_: str = "m1") -> RunLetter:
    return RunLetter(
        id=MessageId(id_),
        at=NOON,
        user_id=USER,
        project_id=PROJECT,
        aggregate_id=RUN,
        command=command or StartRun(body_digest="one"),
    )


def planned(*nodes: PlannedNode) -> Plan:
    return Plan(nodes=nodes, outputs=(nodes[-1].id,))


def a_run(*nodes: PlannedNode, library: Library = mine, budget: MicroCredits | None = None) -> Running:
    """Started."""
    command = StartRun(body_digest="one", budget=budget)
    running = Running(Run(), library=library)
    return running.told(start(letter(command), command, planned(*nodes), (3, "Lighthouse")), letter="m1")


def words(value: str) -> TextValue:
    return TextValue(text=value)


def refused(do: Callable[[], object]) -> Rejection:
    try:
        do()
    except Rejected as no:
        return no.rejection
    raise AssertionError("it was not refused")


def folded(running: Running) -> Run:
    """The run, from nothing but its log."""
    run = Run()
    for seq, node, fact in running.log:
        if isinstance(fact, RunDecision):
            apply(run, fact, seq)
        elif node is not None:
            hear(run, node, fact)
    return run


def kept(step: Step, **fields: Any) -> Step:
    return replace(step, **fields)
