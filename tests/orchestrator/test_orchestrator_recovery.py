"""What is lost, left, repeated or too much, on a real server."""

import asyncio
import json
from datetime import timedelta
from random import Random

from orchestrator_house import chain, diamond, edge, node, once_each, stamp

from contracts.base import GraphId, NodeId, ProjectId, RunId, UserId
from contracts.envelope import Answer, GraphDecision, GraphLetter, RecipeDecision, RunDecision, RunLetter, seal, unseal
from contracts.graph import AddNode, CreateGraph, EditGraph
from contracts.problems import Reason
from contracts.recipe import Made
from contracts.run import CancelRun, InlineGraph, Origin, ResumeRun, StartRun
from contracts.subjects import PARTITIONS, partition
from contracts.values import TextValue
from contracts.work import Succeeded, Task
from kit.clock import utc_now
from kit.ids import new_id
from kit.pull import Puller
from orchestrator.domain import graph as graphs
from orchestrator.domain.run_state import Run
from orchestrator.handlers import handle_run
from orchestrator.items import Asked, Due, GraphKey, RunKey
from orchestrator.main import compose
from orchestrator.runs import _SNAPSHOT, SNAPSHOT_EVERY, Why
from orchestrator.settings import Settings
from orchestrator.unanswered import Unanswered


def desk_of(home):
    return compose(home.nc, Settings(nats_url=home.nats_url, prefix=home.subjects.prefix))


def key(run: str) -> RunKey:
    return RunKey(ProjectId("p"), RunId(run))


def letter(run: str, command) -> RunLetter:
    return RunLetter(
        id=new_id(), at=utc_now(), user_id=UserId("u"), project_id=ProjectId("p"), aggregate_id=run, command=command
    )


def start(run: str, graph: InlineGraph) -> Asked:
    return Asked(letter(run, StartRun(inline=graph, body_digest=run)))


def noise(texts: int, characters: int) -> list[str]:
    """Hardly to be compressed."""
    chance = Random(7)
    return ["".join(chr(0x4E00 + chance.randrange(20_000)) for _ in range(characters)) for _ in range(texts)]


async def decided(home, run: str) -> list[str]:
    decisions = await home.decisions("run", "p", run, RunDecision)
    return [f"{event.type} {getattr(event, 'node_id', '')}".strip() for d in decisions for event in d.events]


async def test_a_chain_of_sixty_that_was_made_before_is_given_again(home):
    """Each step of it asks for its recipe only when the one before is known."""
    await home.orchestrator()
    await home.start("first", chain("long", 60))
    await home.over("first")
    await home.start("second", chain("long", 60))
    told = [event.type for event in (await home.over("second"))["second"]]
    told = [type_ for type_ in told if type_ != "NodeAwaiting"]  # its end may be known before its last result
    assert told == ["RunStarted", *["NodeCached"] * 60, "RunCompleted"]
    assert len(home.tasks) == 60


async def test_a_resumed_run_is_on_the_register_until_it_ends(idle_home):
    await idle_home.orchestrator()
    await idle_home.start("run", chain("one", 1))
    await idle_home.answer(await idle_home.ask("run", CancelRun()))
    assert await idle_home.open_runs.list() == []
    await idle_home.answer(await idle_home.ask("run", ResumeRun()))
    assert len(await idle_home.open_runs.list()) == 1


async def test_the_next_attempt_does_not_wait_for_a_worker_to_throw_the_last_one_away(idle_home):
    await idle_home.orchestrator()
    await idle_home.start("run", chain("one", 1))
    await idle_home.answer(await idle_home.ask("run", CancelRun()))
    await idle_home.answer(await idle_home.ask("run", ResumeRun()))
    there = await idle_home.queue.peek(idle_home.subjects.task("text", "p", "run", "n0"))
    assert unseal(Task, there.data).attempt == 2


async def test_a_graph_that_no_message_holds_is_refused_and_leaves_nothing_behind(idle_home):
    graph = InlineGraph(nodes=tuple(node(f"n{n}", prompt=text) for n, text in enumerate(noise(200, 1_500))))
    desk, asked = desk_of(idle_home), start("run", graph)
    for _ in range(2):
        await handle_run(desk, key("run"), [asked], again=False)
        desk.runs.forget(key("run"))
    (decision,) = await idle_home.decisions("run", "p", "run", RunDecision)
    assert decision.events[0].rejection.reason == Reason.GRAPH_TOO_LARGE
    assert await idle_home.open_runs.list() == []


async def waits(home, run: str) -> bool:
    return "NodeAwaiting n0" in await decided(home, run)


async def test_a_lost_wake_is_found_by_the_sweep(idle_home):
    """The maker has ended and nobody said so; who waits looks for itself."""
    home = idle_home
    first = await home.orchestrator(GROOVE_SWEEP_S="3600")
    await home.start("maker", chain("same", 1))
    await home.start("waiter", chain("same", 1))
    await home.until(lambda: waits(home, "waiter"))
    first.kill()
    await first.wait()
    task = unseal(Task, (await home.queue.peek(home.subjects.task("text", "p", "maker", "n0"))).data)
    made = Made(
        at=utc_now(),
        by=Origin(run_id=RunId("maker"), node_id=NodeId("n0"), project_id=ProjectId("p")),
        outputs={"text": (TextValue(text="made"),)},
    )
    subject = home.subjects.events("recipe", "u", task.recipe)
    decision = RecipeDecision(id="made", at=utc_now(), actor="orchestrator", events=(made,))
    await home.log.append(subject, seal(decision), expected=None, event_id="made")
    await home.orchestrator()
    events = (await home.over("waiter"))["waiter"]
    assert [event.type for event in events] == ["RunStarted", "NodeAwaiting", "NodeCached", "RunCompleted"]


async def test_a_wake_that_is_lost_to_a_timer_too_early_is_set_again(idle_home):
    desk = desk_of(idle_home)
    await handle_run(desk, key("run"), [start("run", chain("one", 1))], again=False)
    await handle_run(desk, key("run"), [Due(NodeId("n0")), Due(NodeId("nobody"))], again=True)
    await handle_run(desk, key("never"), [Due(NodeId("n0"))], again=False)
    assert await decided(idle_home, "run") == ["RunStarted", "NodeScheduled n0"]


async def test_a_command_that_comes_again_gets_the_answer_it_got(idle_home):
    await idle_home.orchestrator()
    await idle_home.start("run", chain("one", 1))
    for command in (CancelRun(), ResumeRun(), ResumeRun()):
        first = await idle_home.ask("run", command)
        answer = await idle_home.answer(first)
        subject = idle_home.subjects.command("run", "p", "run")
        sent = (await idle_home.log.last(subject)).data
        before = await decided(idle_home, "run")
        del idle_home.answers[first]
        await idle_home.log.append(subject, sent, expected=None, event_id=new_id())
        assert await idle_home.answer(first) == answer
        assert await decided(idle_home, "run") == before
    assert answer.rejection.reason == Reason.NOT_RESUMABLE


async def test_a_long_run_is_read_from_its_snapshot_and_is_the_same_run(idle_home):
    desk = desk_of(idle_home)
    await handle_run(desk, key("run"), [start("run", diamond("one"))], again=False)
    held = desk.runs.kept(key("run"))
    for _ in range(SNAPSHOT_EVERY):
        await desk.runs.decide(held, Why(letter=letter("run", CancelRun())), lambda _draft: None)
    await handle_run(desk, key("run"), [Asked(letter("run", CancelRun()))], again=False)
    reads: list[int] = []
    fresh = desk_of(idle_home)
    read = fresh.world.log.read

    async def noted(*filters: str, after: int = 0):
        reads.append(after)
        return await read(*filters, after=after)

    fresh.world.log.read = noted
    loaded = await fresh.runs.load(key("run"))
    assert min(reads) > SNAPSHOT_EVERY
    from_nothing = desk_of(idle_home)
    await from_nothing.world.snapshots.save(desk.runs._snapshot_subject(held), 0, "another release", b"{}")
    whole = await from_nothing.runs.load(key("run"))
    assert whole.run == loaded.run == desk.runs.kept(key("run")).run
    assert isinstance(_SNAPSHOT.validate_json(_SNAPSHOT.dump_json(whole.run)), Run)


async def test_many_long_results_at_once_are_decided_in_parts(idle_home):
    """Two hundred reports that were waiting: 6 MB of text in one decision would be refused for ever."""
    desk = desk_of(idle_home)
    graph = InlineGraph(nodes=tuple(node(f"n{n}", prompt=f"noise {n}") for n in range(200)))
    await handle_run(desk, key("run"), [start("run", graph)], again=False)
    held = desk.runs.kept(key("run"))
    for n, text in enumerate(noise(200, 5_000)):
        names = {"run_id": "run", "node_id": f"n{n}", "project_id": "p", "user_id": "u", "operation": "text_to_text"}
        task = Task(id="t", basis=held.run.seq, attempt=1, **names)
        report = Succeeded(**stamp(task), outputs={"text": (TextValue(text=text),)}, started_at=utc_now())
        assert await idle_home._report(task, report)
    desk.runs.forget(key("run"))
    await handle_run(desk, key("run"), [Due(NodeId("n0"))], again=False)
    assert (await decided(idle_home, "run"))[-1] == "RunCompleted"
    assert len(await idle_home.decisions("run", "p", "run", RunDecision)) > 3


async def test_edits_of_one_graph_by_two_processes_lose_nothing(bus, idle_home):
    home = idle_home
    answers: asyncio.Queue[Answer] = asyncio.Queue()
    told: dict[str, Answer] = {}
    otherwise: list[Answer] = []

    async def heard(message) -> None:
        answer = unseal(Answer, message.data)
        if told.setdefault(answer.command_id, answer) is answer:  # who takes a share over may say it again, the same
            answers.put_nowait(answer)
        elif told[answer.command_id] != answer:
            otherwise.append(answer)

    await bus.subscribe(home.subjects.answers("editor"), cb=heard)
    await home.orchestrator()
    await home.orchestrator()
    subject = home.subjects.command("graph", "p", "g")

    async def edit(id_: str, command) -> None:
        names = {"user_id": "u", "project_id": "p", "aggregate_id": "g"}
        to = home.subjects.answers("editor")
        one = GraphLetter(id=id_, at=utc_now(), reply_to=to, command=command, **names)
        await home.log.append(subject, seal(one), expected=None, event_id=id_)

    await edit("create", CreateGraph(name="Shared"))
    created = await answers.get()
    await asyncio.gather(
        *(
            edit(f"edit{n}", EditGraph(ops=(AddNode(node_id=f"n{n}", node_type="text", params={"text": "x"}),)))
            for n in range(60)
        )
    )
    edited = [await answers.get() for _ in range(60)]
    records = await home.log.read(home.subjects.events("graph", "p", "g"))
    graph = graphs.fold([(record.seq, unseal(GraphDecision, record.data)) for record in records])
    assert set(graph.nodes) == {f"n{n}" for n in range(60)}
    assert sorted(answer.version for answer in (created, *edited)) == list(range(1, 62))
    assert graph.version == 61
    assert otherwise == []


async def test_a_graph_that_a_run_reads_while_it_is_edited_is_edited_once(idle_home):
    desk = desk_of(idle_home)
    g = GraphKey(ProjectId("p"), GraphId("g"))

    def edit(n: int, command) -> GraphLetter:
        return GraphLetter(id=f"e{n}", at=utc_now(), user_id="u", project_id="p", aggregate_id="g", command=command)

    await desk.graphs.obey(g, edit(0, CreateGraph(name="Shared")))
    for n in range(1, 30):
        added = EditGraph(ops=(AddNode(node_id=f"n{n}", node_type="text", params={"text": "x"}),))
        answer, *_ = await asyncio.gather(
            desk.graphs.obey(g, edit(n, added)), *(desk.graphs.at(g, None) for _ in range(5))
        )
        assert answer.version == n + 1
    assert (await desk.graphs.at(g, None)).version == 30


async def test_told_to_stop_it_stops_within_a_second_and_others_go_on_at_once(home):
    first = await home.orchestrator()
    await home.orchestrator()
    runs = [f"run{n}" for n in range(30)]
    for run in runs:
        await home.ask(run, StartRun(inline=diamond(run), body_digest=run))
    first.terminate()
    async with asyncio.timeout(3):
        assert await first.wait() == 0
    async with asyncio.timeout(10):  # far less than the half minute that a message unanswered is waited for
        await home.over(*runs)


async def test_what_cannot_be_read_stops_nobody_else(home, bus):
    await home.orchestrator()
    bad = home.subjects.command("run", "p", "bad")
    deep = b'{"v":1,' + b'"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    for index, body in enumerate((b"\xff", b"null", b'{"v":99}', deep)):
        await home.log.append(bad, body, expected=None, event_id=f"bad{index}")
    broken = home.subjects.events("run", "p", "broken")
    await home.log.append(broken, b'{"v":1,"type":"from the future"}', expected=0, event_id="broken")
    await home.ask("broken", CancelRun())
    await home.start("run", chain("one", 1))
    events = (await home.over("run"))["run"]
    assert events[-1].type == "RunCompleted"
    parked = await bus.jetstream().stream_info(home.subjects.parked)
    while parked.state.messages < 4:
        await asyncio.sleep(0.02)
        parked = await bus.jetstream().stream_info(home.subjects.parked)


async def test_a_claim_of_a_recipe_by_who_never_started_is_handed_on(idle_home):
    """Cancelled between asking for the recipe and writing down that it is scheduled."""
    desk = desk_of(idle_home)
    graph = InlineGraph(nodes=(node("a", prompt="rare"), node("b", prompt="two")), edges=(edge("a", "b"),))
    await handle_run(desk, key("run"), [start("run", graph)], again=False)
    held = desk.runs.kept(key("run"))
    recipe = held.run.steps[NodeId("a")].recipe
    await handle_run(desk, key("run"), [Asked(letter("run", CancelRun()))], again=False)
    await handle_run(desk, key("next"), [start("next", graph)], again=False)
    assert (await decided(idle_home, "next"))[1:] == ["NodeScheduled a"]
    records = await idle_home.log.read(idle_home.subjects.events("recipe", "u", recipe))
    kinds = [event["type"] for record in records for event in json.loads(record.data)["events"]]
    assert kinds == ["Making", "Abandoned", "Making"]


async def passed_over(home, run: str) -> None:
    """As nats-server can leave it after a kill: the command is in the log, and its consumer's floor is behind it."""
    puller = Puller(home.nc, home.subjects.log, home.subjects.decider(partition(run)))
    async for (delivery,) in puller.batches():
        await delivery.ack(confirmed=True)
        break
    await puller.close()


async def test_a_command_that_the_server_passed_over_is_done_all_the_same_and_once(home):
    await home.ask("lost", StartRun(inline=chain("lost", 2), body_digest="lost"))
    await passed_over(home, "lost")
    await home.orchestrator(GROOVE_OVERDUE_S="0.2", GROOVE_SWEEP_S="0.2")
    once_each((await home.over("lost"))["lost"])
    await home.start("later", chain("later", 1))
    await home.over("later")
    assert [one.answers is not None for one in await home.decisions("run", "p", "lost", RunDecision)].count(True) == 1


async def test_only_what_nobody_answered_is_given_and_only_once(idle_home):
    desk = desk_of(idle_home)
    unanswered = Unanswered(desk.world, timedelta(0))
    for number in range(PARTITIONS):
        unanswered.begin(number)
    asked = start("answered", chain("answered", 1))
    for one in (asked, start("ignored", chain("ignored", 1))):
        subject = idle_home.subjects.command("run", "p", one.letter.aggregate_id)
        await idle_home.log.append(subject, seal(one.letter), expected=None, event_id=one.letter.id)
    await handle_run(desk, key("answered"), [asked], again=False)
    found = await unanswered.found()
    assert [item.letter.aggregate_id for _, item in found] == ["ignored"]
    assert await unanswered.found() == []


async def test_what_this_process_settled_is_not_looked_up_and_what_is_young_is_left_alone(idle_home):
    desk = desk_of(idle_home)
    patient, quick = Unanswered(desk.world, timedelta(hours=1)), Unanswered(desk.world, timedelta(0))
    one = start("one", chain("one", 1))
    subject = idle_home.subjects.command("run", "p", "one")
    await idle_home.log.append(subject, seal(one.letter), expected=None, event_id=one.letter.id)
    for unanswered in (patient, quick):
        unanswered.begin(partition("one"))
    quick.settled(one.letter.id)
    assert await patient.found() == []
    assert await quick.found() == []
