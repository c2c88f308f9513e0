"""Whatever happens on the way: every run ends, nothing is done twice, nothing before its time, nothing is left behind.

A seed that fails is a story that can be told again: run it alone.
"""

import asyncio
import random

import pytest

from contracts.envelope import Answer, unseal
from contracts.graph import Edge, Node
from contracts.run import (
    CancelRun,
    InlineGraph,
    LateResult,
    NodeCached,
    NodeInDoubt,
    NodeJudged,
    NodeMade,
    NodeScheduled,
    NodeSucceeded,
    ResumeRun,
    RunCancelled,
    RunCompleted,
    RunFailed,
    RunFunded,
    RunResumed,
    RunStarted,
    SettleNode,
    StartRun,
)
from contracts.values import CharacterValue
from orchestrator import runs
from unit.orchestrator.simulated_worker import work
from unit.orchestrator.simulation import ORCHESTRATORS, SUBJECTS, Simulation

RUNS = ("run0", "run1", "run2", "run3")
MOST_ROUNDS = 25
KINDNESS = 12
"""After so many rounds workers fail no more, so that every run can come to its end."""


ANN = CharacterValue(character_id="ann", name="Ann")


def portraits(chance: random.Random, graph: InlineGraph) -> InlineGraph:
    """The same, with pictures of a character: they are judged, and perhaps made again."""
    nodes, edges = list(graph.nodes), list(graph.edges)
    nodes.append(Node(id="ann", type="character", params={"character_id": "ann"}))
    texts = [node.id for node in graph.nodes if node.type == "text_to_text"]
    for index in range(chance.randint(1, 3)):
        wanted = {"min_identity": 0.5, "identity_retries": chance.randint(0, 2)} if chance.random() < 0.7 else {}
        nodes.append(Node(id=f"p{index}", type="text_to_image", params={"prompt": "Ann", **wanted}))
        ends = (("ann", "character"), (chance.choice(texts), "prompt"))
        edges += [
            Edge(
                id=f"{source}-p{index}",
                source_node_id=source,
                source_port="character" if port == "character" else "text",
                target_node_id=f"p{index}",
                target_port=port,
            )
            for source, port in ends
        ]
        shown = {"source_node_id": f"p{index}", "source_port": "image", "target_node_id": "out"}
        edges.append(Edge(id=f"p{index}-out", **shown, target_port="value", order=100 + index))
    return graph.model_copy(update={"nodes": tuple(nodes), "edges": tuple(edges)})


def drawn(chance: random.Random) -> InlineGraph:
    """A small acyclic graph. Some of its prompts are those of others: the same recipes, in one run and in several."""
    nodes, edges, shared = [], [], chance.choice((0, 0.5, 1))
    count = chance.randint(1, 7)
    for index in range(count):
        words = "shared" if chance.random() < shared else str(chance.random())
        params = {"prompt": f"{words} {chance.randint(0, 2)}", "count": chance.choice((1, 1, 2))}
        nodes.append(Node(id=f"n{index}", type="text_to_text", params=params))
        sources = chance.sample(range(index), min(index, chance.randint(0, 2)))
        edges += [edge(source, f"n{index}", "context", order) for order, source in enumerate(sources)]
    nodes.append(Node(id="out", type="output"))
    edges += [edge(source, "out", "value", source) for source in range(count)]
    return InlineGraph(nodes=tuple(nodes), edges=tuple(edges))


def edge(source: int, target: str, port: str, order: int) -> Edge:
    name = f"{source}-{target}"
    return Edge(
        id=name, source_node_id=f"n{source}", source_port="text", target_node_id=target, target_port=port, order=order
    )


class Read:
    """One run's facts, checked as they are read."""

    def __init__(self, simulation: Simulation, run: str) -> None:
        self.run = run
        self.flaws: list[str] = []
        self.running: bool | None = None
        self.good: set[str] = set()
        self.doubtful: set[str] = set()
        self.sources: dict[str, list[str]] = {}
        self.kept: set[tuple[str, str, int]] = set()
        self._doubted: set[str] = set()
        self._scheduled: set[tuple[str, int]] = set()
        answered = [decision.answers for decision in simulation.decisions(run) if decision.answers]
        self._must(len(answered) == len(set(answered)), "a command was answered twice")
        for event in simulation.events(run):
            self._read(event)

    @property
    def whole(self) -> bool:
        return self.running is False and self.good == set(self.sources)

    def _must(self, well: bool, flaw: str) -> None:
        if not well:
            self.flaws.append(f"{self.run}: {flaw}")

    def _read(self, event) -> None:
        match event:
            case RunStarted():
                self._must(self.running is None, "started twice")
                self.running = True
                plan = event.plan.nodes
                self.sources = {n.id: [s.node_id for port in n.inputs for s in port.sources] for n in plan}
            case RunResumed():
                self._must(self.running is False, "resumed while it ran")
                self.running = True
            case RunFunded():
                self._must(self.running is True, "funded although it did not run")
            case RunCompleted() | RunFailed() | RunCancelled():
                self._must(self.running is True, f"{event.type} although it did not run")
                self._must(event.type != "RunCompleted" or self.good == set(self.sources), "complete with gaps")
                self.running = False
            case LateResult():
                self.kept.add((self.run, event.node_id, event.attempt))
            case _:
                self._node(event)

    def _node(self, event) -> None:
        node = event.node_id
        self._must(node not in self.good, f"{event.type} after {node} was done")
        self.doubtful.discard(node)
        if isinstance(event, NodeInDoubt):
            self.doubtful.add(node)
            self._doubted.add(node)
        if isinstance(event, NodeSucceeded | NodeMade):
            self.kept.add((self.run, node, event.attempt))
        if isinstance(event, NodeScheduled):
            self._must(self.running is True, f"{node} was scheduled in a run that does not run")
            self._must((node, event.attempt) not in self._scheduled, f"{node} was scheduled twice")
            self._must(set(self.sources[node]) <= self.good, f"{node} was scheduled before its inputs")
            self._scheduled.add((node, event.attempt))
        if isinstance(event, NodeSucceeded | NodeCached):
            ends_doubt = node in self._doubted and isinstance(event, NodeSucceeded)
            self._must(self.running is True or ends_doubt, f"{node} was done in a run that does not run")
            self.good.add(node)


async def told(simulation: Simulation, *, meddling: bool) -> list[Read]:
    """Start some runs, let things happen, and resume and settle until every run is complete."""
    for _ in range(ORCHESTRATORS):
        simulation.begin()
    for run in RUNS:
        twice = simulation.chance.random() < 0.3
        graph = drawn(simulation.chance)
        if simulation.portraits:
            graph = portraits(simulation.chance, graph)
        await simulation.ask(run, StartRun(inline=graph, body_digest=run, characters={"ann": ANN}), twice=twice)
    meddler = asyncio.create_task(_meddle(simulation)) if meddling else None
    await _settled(simulation)
    if meddler:
        await meddler
        await _settled(simulation)
    for round_ in range(MOST_ROUNDS):
        reads = [Read(simulation, run) for run in RUNS]
        if simulation.flaws or all(read.whole for read in reads) or any(read.flaws for read in reads):
            break
        simulation.faults = simulation.faults and round_ < KINDNESS
        await _help(simulation, reads)
    await simulation.stop()
    return reads


async def _meddle(simulation: Simulation) -> None:
    chance = simulation.chance
    for _ in range(chance.randint(0, 6)):
        for _ in range(chance.randint(0, 150)):
            await asyncio.sleep(0)
        await simulation.ask(chance.choice(RUNS), chance.choice((CancelRun(), ResumeRun())))


async def _help(simulation: Simulation, reads: list[Read]) -> None:
    for read in reads:
        for node in sorted(read.doubtful):
            action = simulation.chance.choice(("resubmit", "fail", "adopt"))
            await simulation.ask(read.run, SettleNode(node_id=node, action=action, handle="job"))
    await _settled(simulation)
    for read in reads:
        if read.running is False and not read.whole:
            await simulation.ask(read.run, ResumeRun())
    await _settled(simulation)


async def _settled(simulation: Simulation) -> None:
    if not await simulation.settle(work):
        simulation.flaws.append("it never comes to rest")


async def left_behind(simulation: Simulation, reads: list[Read]) -> list[str]:
    flaws = [*simulation.flaws, *(flaw for read in reads for flaw in read.flaws)]
    flaws += [f"{read.run} is not complete: {set(read.sources) - read.good}" for read in reads if not read.whole]
    flaws += [f"lost: {lost}" for lost in simulation.told_late - {kept for read in reads for kept in read.kept}]
    flaws += [f"still on the register: {record.subject}" for record in await simulation.open.list()]
    heard = {unseal(Answer, body).command_id for to, body in simulation.answers if to == SUBJECTS.answers("door")}
    return flaws + [f"no answer to {letter}" for letter in set(simulation.asked) - heard]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch):
    """Snapshots after few decisions, and room for one run only."""
    monkeypatch.setattr(runs, "SNAPSHOT_EVERY", 3)
    monkeypatch.setattr(runs, "KEPT", 1)


async def check(
    seed: int, *, faults: bool = False, crashes: bool = False, meddling: bool = False, **how: int
) -> Simulation:
    simulation = Simulation(seed, faults=faults, crashes=crashes, **how)
    reads = await told(simulation, meddling=meddling)
    assert await left_behind(simulation, reads) == []
    return simulation


@pytest.mark.parametrize("seed", range(15))
async def test_two_orchestrators_do_everything_once(seed: int):
    simulation = await check(seed)
    assert set(simulation.made.values()) == {1}, "the same recipe is made once, whoever wants it"


@pytest.mark.parametrize("seed", range(100, 125))
async def test_every_run_ends_whatever_its_workers_do(seed: int):
    await check(seed, faults=True)


@pytest.mark.parametrize("seed", range(200, 225))
async def test_every_run_ends_whichever_orchestrator_dies(seed: int):
    await check(seed, crashes=True)


@pytest.mark.parametrize("seed", range(300, 330))
async def test_every_run_ends_whatever_else_is_asked_meanwhile(seed: int):
    await check(seed, faults=True, crashes=True, meddling=True)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("seed", range(400, 420))
async def test_every_run_ends_though_nothing_is_remembered_for_long(seed: int):
    await check(seed, faults=True, crashes=True, meddling=True)


@pytest.mark.parametrize("seed", range(500, 510))
async def test_no_more_is_queued_than_may_be_at_work_and_every_run_ends(seed: int):
    simulation = await check(seed, width=1)
    assert simulation.crowd <= ORCHESTRATORS


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("seed", range(600, 625))
async def test_what_is_held_back_is_never_lost_whoever_dies(seed: int):
    await check(seed, faults=True, crashes=True, meddling=True, width=1 + seed % 2)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("seed", range(700, 725))
async def test_pictures_of_characters_are_judged_once_each_and_every_run_ends(seed: int):
    simulation = await check(seed, faults=True, crashes=True, meddling=True, portraits=True, width=seed % 3)
    for run in RUNS:
        events = simulation.events(run)
        made = {(event.node_id, event.attempt) for event in events if isinstance(event, NodeMade)}
        judged = [(event.node_id, event.made) for event in events if isinstance(event, NodeJudged)]
        assert len(judged) == len(set(judged))
        assert set(judged) <= made
