"""A run told as a story: what it is given, what it hears and is asked, what it then decides, in words."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from contracts.base import MessageId, NodeId, ProjectId, RunId, UserId
from contracts.envelope import RunDecision, RunLetter, seal, unseal
from contracts.failures import Failure, FailureKind
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
from contracts.values import TextValue
from contracts.work import Claimed, Failed, InDoubt, Report, Revoked, Stopped, Succeeded
from orchestrator.domain.draft import Hit, Mine, RecipeAnswer, Theirs
from orchestrator.domain.effects import Effect, effects
from orchestrator.domain.evolve import apply
from orchestrator.domain.hearing import hear
from orchestrator.domain.run import look, obey, start
from orchestrator.domain.run_state import Run

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
RUN = RunId("run")
ELSEWHERE = Origin(run_id=RunId("other"), node_id=NodeId("there"), project_id=ProjectId("p"))


def text(node_id: str, words: str = "a fox") -> PlannedNode:
    return PlannedNode(id=NodeId(node_id), type="text", params={"text": words}, cacheable=False)


def write(node_id: str, *sources: str, **changes) -> PlannedNode:
    """A node that a worker does; its sources flow into `context`, those written `prompt:x` into the prompt."""
    ports: dict[str, list[Source]] = {}
    for source in sources:
        port, _, name = source.rpartition(":")
        ports.setdefault(port or "context", []).append(Source(node_id=NodeId(name), port="text"))
    inputs = tuple(PlannedInput(port=p, many=p == "context", sources=tuple(s)) for p, s in ports.items())
    given = {
        "id": NodeId(node_id),
        "type": "text_to_text",
        "params": {"prompt": node_id},
        "provider": "local",
        "model": "writer",
        "queue": "text",
        "inputs": inputs,
    }
    return PlannedNode(**{**given, **changes})


def output(node_id: str, *sources: str) -> PlannedNode:
    flow = tuple(Source(node_id=NodeId(s), port="text") for s in sources)
    inputs = (PlannedInput(port="value", many=True, sources=flow),)
    return PlannedNode(id=NodeId(node_id), type="output", params={}, cacheable=False, inputs=inputs)


def hit(words: str = "from before") -> Hit:
    return Hit(outputs={"text": (TextValue(text=words),)}, origin=ELSEWHERE)


def theirs() -> Theirs:
    return Theirs(ELSEWHERE)


class Story:
    """`records` is the log of the run so far: decisions and reports, as bytes, with their sequences."""

    def __init__(self, *nodes: PlannedNode, budget: int | None = None) -> None:
        self.run = Run()
        self.now = NOON
        self.answers: dict[str, RecipeAnswer] = {}
        """By node; what is not here is ours to make."""
        self.records: list[tuple[int, str | None, bytes | Report]] = []
        self.letters = 0
        self._plan = Plan(nodes=nodes, outputs=tuple(node.id for node in nodes[-1:]))
        self._budget = budget

    # what comes in

    def begins(self) -> list[str]:
        letter = self.letter(StartRun(inline=None, budget=self._budget, body_digest="same"))
        return self._decide(start(letter, letter.command, self._plan, (None, "")), letter)

    def asked(self, command: CancelRun | ResumeRun | SettleNode) -> list[str]:
        return self._decide(obey(self.run, command), self.letter(command))

    def told(self, *told: tuple[str, Report]) -> list[str]:
        """Reports, all in one batch."""
        self.hears(*told)
        return self._decide()

    def hears(self, *told: tuple[str, Report]) -> None:
        for node_id, report in told:
            self.records.append((len(self.records) + 1, node_id, report))
            hear(self.run, NodeId(node_id), report)

    def woken(self, *nodes: str) -> list[str]:
        return self._decide(woken=frozenset(map(NodeId, nodes)))

    def after(self, seconds: float) -> list[str]:
        self.now += timedelta(seconds=seconds)
        return self._decide()

    # what it makes of it

    def _decide(self, act=None, letter: RunLetter | None = None, woken: frozenset[NodeId] = frozenset()) -> list[str]:
        known: dict[tuple[NodeId, str], RecipeAnswer] = {}
        while (decided := look(self.run, self.now, known, act, woken)).needs:
            known |= {(node, key): self.answers.get(node, Mine()) for node, key in decided.needs.items()}
        if decided.events or letter:
            self._append(decided.events, letter)
        return [said(event) for event in decided.events]

    def _append(self, events: Iterable[RunEvent], letter: RunLetter | None) -> None:
        seq = len(self.records) + 1
        answers = letter.id if letter else None
        decision = RunDecision(id=MessageId(f"d{seq}"), at=self.now, actor="o", answers=answers, events=tuple(events))
        self.records.append((seq, None, seal(decision)))
        apply(self.run, decision, seq)

    def letter(self, command) -> RunLetter:
        self.letters += 1
        return RunLetter(
            id=MessageId(f"letter-{self.letters}"),
            at=self.now,
            user_id=UserId("u"),
            project_id=ProjectId("p"),
            aggregate_id=RUN,
            command=command,
        )

    def folded(self, upto: int | None = None) -> Run:
        """The run as somebody else would read it from the log."""
        run = Run()
        for seq, node_id, body in self.records[:upto]:
            if node_id is None:
                apply(run, unseal(RunDecision, body), seq)
            else:
                hear(run, NodeId(node_id), body)
        return run

    def effects(self, *nodes: str) -> list[Effect]:
        return effects(self.run, [NodeId(node) for node in nodes] or None)

    @property
    def states(self) -> dict[str, str]:
        return {str(node): step.state for node, step in self.run.steps.items()}


_SAID = {
    "NodeScheduled": "{e.node_id} queued {e.attempt}",
    "NodeSucceeded": "{e.node_id} completed",
    "NodeCached": "{e.node_id} cached",
    "NodeAwaiting": "{e.node_id} awaits {e.maker.run_id}",
    "NodeInDoubt": "{e.node_id} in doubt",
    "NodeFailed": "{e.node_id} failed: {e.failure.kind}",
    "NodeRetryScheduled": "{e.node_id} retries as {e.attempt}",
    "NodeCancelled": "{e.node_id} cancelled",
    "NodeSkipped": "{e.node_id} skipped after {e.because}",
    "NodeReset": "{e.node_id} reset",
    "LateResult": "{e.node_id} late",
    "RunFailed": "run failed: {e.failure.kind} at {e.node_id}",
    "RunStarted": "run started",
    "RunCompleted": "run completed",
    "RunCancelled": "run cancelled",
    "RunResumed": "run resumed",
}


def said(event: RunEvent) -> str:
    return _SAID[event.type].format(e=event)


# reports


def claimed(attempt: int = 1, epoch: int = 1) -> Claimed:
    return Claimed(at=NOON, attempt=attempt, epoch=epoch, worker="w")


def succeeded(attempt: int = 1, *words: str, cost: int = 0) -> Succeeded:
    values = tuple(TextValue(text=word) for word in words or (f"made {attempt}",))
    return Succeeded(at=NOON, attempt=attempt, epoch=1, outputs={"text": values}, started_at=NOON, cost=cost)


def failed(
    attempt: int = 1, kind: FailureKind = FailureKind.CONTENT_POLICY, retry_after_s: float | None = None
) -> Failed:
    failure = Failure(kind=kind, message="It did not work.")
    return Failed(at=NOON, attempt=attempt, epoch=1, failure=failure, retry_after_s=retry_after_s)


def doubtful(attempt: int = 1) -> InDoubt:
    failure = Failure(kind=FailureKind.IN_DOUBT, message="Who knows.")
    return InDoubt(at=NOON, attempt=attempt, epoch=1, failure=failure)


def stopped(attempt: int = 1) -> Stopped:
    return Stopped(at=NOON, attempt=attempt, epoch=1)


def revoked(attempt: int = 1, epoch: int = 0) -> Revoked:
    return Revoked(at=NOON, attempt=attempt, epoch=epoch)
