"""What holds for every run, whatever its graph and whatever happens to it in whatever order."""

from collections import Counter
from itertools import permutations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from pydantic import TypeAdapter

from contracts.base import NodeId
from contracts.envelope import RunDecision
from contracts.run import (
    LateResult,
    NodeCached,
    NodeScheduled,
    NodeSucceeded,
    PlannedNode,
)
from contracts.values import TextValue
from contracts.work import Succeeded
from orchestrator.domain.draft import FULL
from orchestrator.domain.effects import QueueTask, Revoke, effects
from orchestrator.domain.evolve import apply
from orchestrator.domain.hearing import hear
from orchestrator.domain.inputs import MAX_BYTES
from orchestrator.domain.run_state import Run, sources_of
from unit.orchestrator.running import (
    Running,
    a_run,
    folded,
    image,
    made,
    output,
    paint,
    port,
    repaint,
    success,
    words,
)

SNAPSHOT = TypeAdapter(Run)
_ENDED = {"completed", "failed", "cancelled"}


@st.composite
def graphs(draw: st.DrawFn) -> tuple[PlannedNode, ...]:
    """Up to eight pictures, each from some that come before; an output here and there."""
    nodes: list[PlannedNode] = []
    for index in range(draw(st.integers(1, 8))):
        earlier = [f"{node.id}.image" for node in nodes if node.type != "output"]
        chosen = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=3)) if earlier else []
        if chosen and draw(st.booleans()):
            nodes.append(output(f"n{index}", *chosen))
        else:
            ports = (port("reference", *chosen, many=True),) if chosen else ()
            nodes.append(paint(f"n{index}", prompt=f"p{index}", inputs=ports, cacheable=draw(st.booleans())))
    return tuple(nodes)


def _open_work(running: Running) -> list[str]:
    """Attempts that a worker may report on."""
    return [str(node) for node, step in running.run.steps.items() if step.open]


def _step(running: Running, data: DataObject) -> None:  # noqa: C901, PLR0912  a list of what may happen
    """Something happens."""
    choices = ["later", "again"]
    work = _open_work(running)
    choices += ["succeeds", "succeeds", "fails", "claims", "retries", "doubts", "stops"] if work else []
    doubted = [(str(node), attempt) for node, step in running.run.steps.items() for attempt in step.doubted]
    choices += ["truth", "truth"] if doubted else []
    choices += ["settle"] if any(step.state == "in_doubt" for step in running.run.steps.values()) else []
    choices += ["cancel"] if running.run.state == "running" else []
    choices += ["resume"] if running.run.state in {"failed", "cancelled"} else []
    what = data.draw(st.sampled_from(choices))
    node = data.draw(st.sampled_from(work)) if work else ""
    match what:
        case "succeeds":
            running.succeeds(node)
        case "fails":
            running.fails(node)
        case "retries":
            running.fails(node, data.draw(st.sampled_from(["transient", "capacity"])))
        case "claims":
            running.claims(node)
        case "doubts":
            running.doubts(node)
        case "truth":
            late, attempt = data.draw(st.sampled_from(doubted))
            running.heard(late, success(late, attempt=attempt, cost=10))
            if data.draw(st.booleans()):  # else it is decided with what comes next
                running.told()
        case "settle":
            doubtful = [str(node) for node, step in running.run.steps.items() if step.state == "in_doubt"]
            running.settled(data.draw(st.sampled_from(doubtful)), data.draw(st.sampled_from(["resubmit", "fail"])))
        case "stops" if running.step(node).state in {"cancelled", "waiting"}:
            running.stops(node)
        case "cancel":
            running.cancelled()
        case "resume" if any(s.state in {"failed", "cancelled", "skipped"} for s in running.run.steps.values()):
            running.resumed()
        case "again" if running.log:
            _, repeated, fact = data.draw(st.sampled_from(running.log))
            if repeated is not None and not isinstance(fact, RunDecision):
                running.reports(str(repeated), fact)
        case _:
            running.later(200)


def _finish(running: Running) -> None:
    """The world does its part: what is queued succeeds, what is revoked ends, timers come."""
    for _ in range(200):
        for effect in effects(running.run):
            if isinstance(effect, QueueTask):
                running.succeeds(str(effect.task.node_id))
            elif isinstance(effect, Revoke):
                running.revoked(str(effect.node_id), epoch=1)
        for node in _open_work(running):
            if running.step(node).state in {"cancelled", "waiting"}:
                running.stops(node)
        running.later(200)
        if running.run.settled:
            return


@settings(max_examples=400, deadline=None)
@given(graphs(), st.data())
def test_every_run_ends_with_each_step_done_once_and_nothing_before_its_inputs(
    nodes: tuple[PlannedNode, ...], data: DataObject
) -> None:
    running = a_run(*nodes)
    for _ in range(data.draw(st.integers(0, 14))):
        _step(running, data)
    _finish(running)
    assert running.run.state in _ENDED
    assert running.run.active == sum(step.active for step in running.run.steps.values())
    _once(running)
    _all_kept(running)


def _all_kept(running: Running) -> None:
    """What a worker says it made is taken in once, whatever was decided about it before."""
    told = {(node, fact.attempt) for _, node, fact in running.log if isinstance(fact, Succeeded)}
    kept: Counter[tuple[NodeId, int]] = Counter()
    for _, _, fact in running.log:
        for event in fact.events if isinstance(fact, RunDecision) else ():
            if isinstance(event, NodeSucceeded | LateResult) and event.attempt:
                kept[event.node_id, event.attempt] += 1
    assert set(kept.values()) <= {1}
    assert told <= set(kept)
    assert not running.run.truths


def _once(running: Running) -> None:
    sources = {node.id: sources_of(node) for node in running.run.plan.values()}
    good: Counter[NodeId] = Counter()
    attempts: Counter[tuple[NodeId, int]] = Counter()
    for _, _, fact in running.log:
        for event in fact.events if isinstance(fact, RunDecision) else ():
            if isinstance(event, NodeScheduled | NodeSucceeded | NodeCached):
                assert all(good[source] for source in sources[event.node_id]), event
            if isinstance(event, NodeScheduled):
                attempts[event.node_id, event.attempt] += 1
            if isinstance(event, NodeSucceeded | NodeCached):
                good[event.node_id] += 1
    assert set(good.values()) <= {1}
    assert set(attempts.values()) <= {1}


@settings(max_examples=200, deadline=None)
@given(graphs(), st.data())
def test_a_log_gives_one_state_however_it_is_read(nodes: tuple[PlannedNode, ...], data: DataObject) -> None:
    running = a_run(*nodes)
    for _ in range(data.draw(st.integers(0, 14))):
        _step(running, data)
    assert folded(running) == running.run
    kept = SNAPSHOT.validate_json(SNAPSHOT.dump_json(running.run))
    assert kept == running.run
    _finish(running)
    for seq, node, fact in running.log:
        if isinstance(fact, RunDecision):
            if seq > kept.seq:
                apply(kept, fact, seq)
        elif node is not None:
            hear(kept, node, fact)  # those before the snapshot a second time
    assert kept == running.run


@settings(max_examples=200, deadline=None)
@given(graphs(), st.data())
def test_deciding_twice_is_deciding_once(nodes: tuple[PlannedNode, ...], data: DataObject) -> None:
    running = a_run(*nodes)
    for _ in range(data.draw(st.integers(0, 14))):
        _step(running, data)
        running.and_then().told().then_nothing()


@settings(max_examples=200, deadline=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_reports_give_the_same_end_in_whatever_order_they_come(nodes: tuple[PlannedNode, ...], chance: Random) -> None:
    ends = []
    for _ in range(2):
        running = a_run(*nodes)
        while work := [e.task.node_id for e in running.effects() if isinstance(e, QueueTask)]:
            chance.shuffle(work)
            for node in work:
                outputs = {"image": (image(node),)}
                running.heard(node, Succeeded(at=running.now, attempt=1, outputs=outputs, started_at=running.now))
            running.told()
        ends.append({node: (step.state, step.outputs) for node, step in running.run.steps.items()})
    assert ends[0] == ends[1]


def test_reports_of_one_batch_are_decided_alike_in_every_order() -> None:
    batches = []
    for order in permutations(["a", "b", "c"]):
        running = a_run(paint("a"), paint("b", prompt="b"), paint("c", prompt="c"), output("out", "a.image", "b.image"))
        for node in order:
            running.heard(node, Succeeded(at=running.now, attempt=1, outputs={}, started_at=running.now))
        batches.append(sorted(running.told().names()))
    assert all(batch == batches[0] for batch in batches)


# Size


def _decide_all(running: Running) -> int:
    """As the handler does: until nothing follows. Gives how many decisions it took."""
    count = 0
    while running.told().said:
        count += 1
    return count


def test_many_results_at_once_are_decided_in_parts_that_fit_a_message() -> None:
    """200 texts in one decision would be refused by the log, over and over again."""
    nodes = [paint(f"n{i}", prompt=str(i), type="text_to_text") for i in range(200)]
    running = a_run(*nodes, output("final", "n0.text"))
    for node in nodes:
        outputs = {"text": (words(str(node.id) * 4_000),)}
        running.heard(node.id, Succeeded(at=running.now, attempt=1, outputs=outputs, started_at=running.now))
    assert _decide_all(running) > 1
    sizes = [len(fact.model_dump_json()) for _, _, fact in running.log if isinstance(fact, RunDecision)]
    assert max(sizes) < FULL + 64 * 1024
    assert running.run.state == "completed"


def test_a_large_plan_is_written_down_before_anything_else() -> None:
    running = a_run(*(paint(f"n{i}", prompt=str(i) * 500) for i in range(400)))
    running.then("RunStarted")
    assert _decide_all(running) >= 1
    assert {step.state for step in running.run.steps.values()} == {"queued"}


def test_more_text_than_a_message_holds_fails_the_step_that_wants_it() -> None:
    noise = "".join(chr(0x4E00 + (i * i * 7919 + i * 104_729) % 20_000) for i in range(60_000))
    texts = [TextValue(text=noise[i : i + 5_000]) for i in range(0, 60_000, 5_000)]
    nodes = [paint(f"n{i}", prompt=str(i), type="text_to_text") for i in range(4)]
    running = a_run(*nodes, output("final", *(f"{node.id}.text" for node in nodes)))
    for node in nodes:
        outputs = {"text": tuple(texts)}
        running.heard(node.id, Succeeded(at=running.now, attempt=1, outputs=outputs, started_at=running.now))
    _decide_all(running)
    failure = running.step("final").failure
    assert failure is not None
    assert "too much for one step" in failure.message
    assert len(noise.encode()) * 4 > MAX_BYTES


def test_a_chain_in_the_cache_is_asked_for_step_by_step() -> None:
    nodes = [paint("n0"), *(repaint(f"n{i}", f"n{i - 1}") for i in range(1, 60))]
    running = a_run(*nodes, library=made(image("old")))
    assert running.run.state == "completed"
