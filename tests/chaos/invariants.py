"""What must be true when all is quiet again, whatever was killed before."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chaos.client import Client, Seen
from contracts.envelope import ReportLetter, RunDecision, unseal
from contracts.run import (
    NodeCached,
    NodeCancelled,
    NodeFailed,
    NodeInDoubt,
    NodeSkipped,
    NodeSucceeded,
    RunCancelled,
    RunCompleted,
    RunFailed,
    RunResumed,
    RunStarted,
)
from contracts.subjects import PARTITIONS, QUEUES, Subjects
from gateway.rebuild.work import check
from groove_local.stack import Stack
from kit.errors import Unavailable
from kit.log_jetstream import JetStreamLog
from kit.nats import Connection
from kit.record import Record
from orchestrator.domain.evolve import apply
from orchestrator.domain.hearing import hear
from orchestrator.domain.run_state import Run

NODE_ENDS = (NodeSucceeded, NodeCached, NodeFailed, NodeInDoubt, NodeCancelled, NodeSkipped)
RUN_ENDS = (RunCompleted, RunFailed, RunCancelled)
MOST_MB = 500
"""Of memory, for any of the services."""
_QUIET_S = 45.0
_LOOK_S = 0.1


@dataclass
class Life:
    """A run between its start, or a resume, and its end."""

    ends: Counter[str] = field(default_factory=Counter)
    run_ends: list[str] = field(default_factory=list)


async def quiet(nc: Connection, subjects: Subjects) -> list[str]:
    """Wait until nothing is left to do anywhere, and give what still is."""
    left: list[str] = ["nobody has looked"]
    loop = asyncio.get_running_loop()
    give_up = loop.time() + _QUIET_S
    while left and loop.time() < give_up:
        try:
            left = [line async for line in _left(nc, subjects)]
        except Unavailable as error:
            left = [str(error)]
        if left:
            await asyncio.sleep(_LOOK_S)
    return left


async def _left(nc: Connection, subjects: Subjects) -> Any:
    jetstream = nc.jetstream()
    for stream in (subjects.tasks, subjects.timers, subjects.open_runs, subjects.parked):
        info = await jetstream.stream_info(stream, subjects_filter=">")
        if info.state.messages:
            yield f"{info.state.messages} in {stream}: {sorted(info.state.subjects or {})[:5]}"
    durables = [(subjects.log, subjects.decider(p)) for p in range(PARTITIONS)]
    durables += [(subjects.timers, subjects.alarm(p)) for p in range(PARTITIONS)]
    for stream, durable in [*durables, *((subjects.tasks, queue) for queue in QUEUES)]:
        consumer = await jetstream.consumer_info(stream, durable)
        if consumer.num_pending or consumer.num_ack_pending:
            yield f"{durable} has {consumer.num_pending} to give and {consumer.num_ack_pending} given out"


class Told:
    """The log, read and folded."""

    def __init__(self, records: list[Record], subjects: Subjects) -> None:
        self.runs: dict[str, Run] = defaultdict(Run)
        self.lives: dict[str, list[Life]] = defaultdict(list)
        self.stories: dict[str, list[str]] = defaultdict(list)
        """Of each run: what was recorded, and when."""
        for record in records:
            address = subjects.parse(record.subject)
            self.stories[address.id].append(_line(record, address.node))
            if address.family == "rpt" and address.node is not None:
                hear(self.runs[address.id], address.node, unseal(ReportLetter, record.data).report)
            elif address.family == "evt" and address.kind == "run":
                decision = unseal(RunDecision, record.data)
                apply(self.runs[address.id], decision, record.seq)
                self._live(address.id, decision)

    def _live(self, run: str, decision: RunDecision) -> None:
        lives = self.lives[run]
        for event in decision.events:
            if isinstance(event, RunStarted | RunResumed):
                lives.append(Life())
            elif isinstance(event, NODE_ENDS):
                lives[-1].ends[event.node_id] += 1
            elif isinstance(event, RUN_ENDS):
                lives[-1].run_ends.append(type(event).__name__)

    def last(self) -> list[str]:
        """The story of the run that ended last."""
        return max((self.stories[run] for run in self.runs), key=lambda story: story[-1], default=[])

    @classmethod
    async def read(cls, nc: Connection, subjects: Subjects) -> "Told":
        log = JetStreamLog(nc, subjects.log)
        return cls(await log.read(f"{subjects.prefix}.>"), subjects)


def _line(record: Record, node: str | None) -> str:
    body = json.loads(record.data)
    facts = body.get("events") or [body.get("report") or body.get("command") or {}]
    told = ", ".join(
        f"{fact.get('type')} {fact.get('node_id', node or '')} {fact.get('attempt', '')}" for fact in facts
    )
    return f"{record.time:%H:%M:%S.%f} {told}"


def of_the_log(told: Told, runs: list[str]) -> Iterator[str]:
    """Each run has one beginning and one end per life, each node at most one end in it."""
    if set(told.runs) != set(runs):
        yield f"the log has runs nobody started: {set(told.runs) - set(runs)}; lacks {set(runs) - set(told.runs)}"
    for run in runs:
        for n, life in enumerate(told.lives[run]):
            twice = {node: count for node, count in life.ends.items() if count != 1}
            if twice:
                yield f"{run} life {n}: ended more than once: {twice}"
            if len(life.run_ends) != 1:
                yield f"{run} life {n}: ends of the run: {life.run_ends}"
        over = {node: step.state for node, step in told.runs[run].steps.items() if step.active or step.open}
        if over:
            yield f"{run}: not at rest: {over}"


def of_the_vendor(
    told: Told, submissions: list[dict[str, Any]], shared: list[str], nodes_of_shared: int
) -> Iterator[str]:
    """One request was taken per task, and one per recipe among runs that share theirs."""
    taken = Counter(entry["key"] for entry in submissions if entry["job_id"])
    for key, count in taken.items():
        if count != 1:
            yield f"the vendor took {key} {count} times"
        run, _, rest = key.partition(".")
        if run not in told.runs or rest.rpartition(".")[0] not in told.runs[run].steps:
            yield f"the vendor took {key}, which nobody decided"
    among = [key for key in taken if key.partition(".")[0] in shared]
    if shared and len(among) != nodes_of_shared:
        yield f"{len(shared)} runs shared {nodes_of_shared} paid recipes, and the vendor took {sorted(among)}"


async def of_the_views(client: Client, told: Told, runs: list[str]) -> list[str]:
    """What the API shows is what the log says."""
    wrong = []
    for run in runs:
        shown, fold = await client.execution(run), told.runs[run]
        if shown["state"] != fold.state:
            wrong.append(f"{run}: shown {shown['state']}, folded {fold.state}")
        for node, step in fold.steps.items():
            view = shown["nodes"][node]
            mine = (step.state, step.attempt, step.cost, essence(dumped(step.outputs)))
            theirs = (view["state"], view["attempt"], view["cost"], essence(view["outputs"]))
            if mine != theirs:
                wrong.append(f"{run}.{node}: shown {theirs}, folded {mine}")
        if shown["cost"] != sum(step.cost for step in fold.steps.values()):
            wrong.append(f"{run}: shown cost {shown['cost']}")
    return wrong


def dumped(outputs: Any) -> dict[str, list[dict[str, Any]]]:
    return {port: [value.model_dump(mode="json") for value in values] for port, values in outputs.items()}


def essence(outputs: dict[str, list[dict[str, Any]]]) -> dict[str, list[Any]]:
    return {port: [value.get("sha256") or value.get("text") for value in values] for port, values in outputs.items()}


async def of_a_rebuild(stack: Stack, nc: Connection, subjects: Subjects) -> list[str]:
    """The views are what the log makes of empty tables."""
    done = await check(stack.addresses.postgres_url, JetStreamLog(nc, subjects.log), subjects)
    return [f"rebuilt, it differs: {one}" for one in done.compared.differing]


def doubts(told: Told) -> list[str]:
    return sorted(f"{run}.{node}" for run, fold in told.runs.items() for node, step in fold.steps.items() if step.doubt)


async def of_the_doubts(client: Client, told: Told) -> list[str]:
    """What cannot be known is listed, and nothing else is."""
    page = await client.ask("GET", "/api/doubts?limit=100")
    listed = sorted(f"{one['execution_id']}.{one['node_id']}" for one in page["items"])
    return [] if listed == doubts(told) else [f"in doubt: {doubts(told)}; listed: {listed}"]


async def of_the_streams(client: Client, seen: dict[str, Seen]) -> list[str]:
    """Whoever was cut off and came back saw each event once, in order, and all of them up to the end."""
    wrong = []
    for run, watcher in seen.items():
        history = await client.history(run)
        if watcher.ids != history[: len(watcher.ids)] or not watcher.ids:
            wrong.append(f"{run}: the stream told {watcher.ids}, the history {history}")
    return wrong


def of_the_processes(stack: Stack) -> Iterator[str]:
    for name in stack.names():
        pid = stack.pid(name)
        if pid is None:
            yield f"{name} is down"
        elif name not in {"nats", "postgres", "seaweedfs"} and (mb := memory_mb(pid)) > MOST_MB:
            yield f"{name} takes {mb} MB"


def memory_mb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) // 1024
    return 0
