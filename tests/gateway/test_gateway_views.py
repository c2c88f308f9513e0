"""The views can be dropped and made again from the log, whatever way it is cut into batches."""

import random
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from contracts import graph as g
from contracts import run as r
from contracts.asset import AssetAdded, AssetDeleted, AssetRenamed, AssetRestored, AssetTagged
from contracts.envelope import AssetDecision, GraphDecision, ReportLetter, RunDecision, seal
from contracts.failures import Failure, FailureKind
from contracts.subjects import Subjects
from contracts.values import MediaValue
from contracts.work import Claimed
from gateway.database import migrate, open_database
from gateway.service import folding
from gateway.views import tables
from gateway.views.folder import Folder
from kit.errors import Unavailable
from kit.log_memory import MemoryLog

AT = datetime(2026, 11, 21, tzinfo=UTC)
SUBJECTS = Subjects("views")
FAILURE = Failure(kind=FailureKind.TRANSIENT, message="Overloaded.", retryable=True)


def picture(name):
    return MediaValue(type="image", asset_id=name, sha256="ab" * 32, mime="image/png", bytes=9, width=4, height=3)


class Author:
    """Writes a long log of several graphs and runs at once."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.log = MemoryLog(lambda: AT)
        self.count = 0
        self.assets = []
        self.deleted = set()

    async def tell(self, kind, id_, *events):
        self.count += 1
        letter = {"graph": GraphDecision, "run": RunDecision, "asset": AssetDecision}[kind]
        decision = letter(id=f"d{self.count}", at=AT, actor="local", events=events)
        await self.log.append(SUBJECTS.events(kind, "p", id_), seal(decision), expected=None, event_id=decision.id)

    async def report(self, run, node, attempt):
        self.count += 1
        letter = ReportLetter(
            id=f"d{self.count}", worker="w", report=Claimed(at=AT, attempt=attempt, epoch=1, worker="w")
        )
        await self.log.append(SUBJECTS.report("p", run, node), seal(letter), expected=None, event_id=letter.id)

    async def begin(self, runs, nodes):
        for n in range(runs):
            graph_id, run = f"g{n}", f"r{n}"
            created = g.GraphCreated(at=AT, graph_id=graph_id, project_id="p", user_id="local", name=graph_id)
            added = [g.NodeAdded(at=AT, node=g.Node(id=f"n{i}", type="text_to_image")) for i in range(nodes)]
            await self.tell("graph", graph_id, created, *added)
            plan = r.Plan(
                nodes=tuple(r.PlannedNode(id=f"n{i}", type="text_to_image", params={}) for i in range(nodes)),
                outputs=(),
            )
            started = r.RunStarted(at=AT, run_id=run, project_id="p", user_id="local", graph_id=graph_id, plan=plan)
            await self.tell("run", run, started)

    async def write(self, runs, nodes, steps):
        await self.begin(runs, nodes)
        for step in range(steps):
            run, node = f"r{self.chance.randrange(runs)}", f"n{self.chance.randrange(nodes)}"
            match self.chance.randrange(8):
                case 0:
                    await self.tell("graph", f"g{run[1:]}", g.GraphDescribed(at=AT, name=f"name {step}"))
                case 1:
                    added = AssetAdded(
                        at=AT, asset=picture(f"up{step}"), user_id="local", project_id="p", name=f"{step}.png"
                    )
                    await self.tell("asset", f"up{step}", added)
                    self.assets.append(f"up{step}")
                case 2:
                    failed = r.NodeFailed(at=AT, node_id=node, attempt=step, failure=FAILURE, cost=step)
                    await self.tell("run", run, failed, r.RunFailed(at=AT, failure=FAILURE), r.RunResumed(at=AT))
                case 3 | 4:
                    done = r.NodeSucceeded(
                        at=AT, node_id=node, attempt=step, outputs={"image": (picture(f"a{step}"),)}, cost=1
                    )
                    await self.tell("run", run, done)
                    self.assets.append(f"a{step}")
                case 5 if self.assets:
                    await self.say(self.chance.choice(self.assets), step)
                case _:
                    await self.tell("run", run, r.NodeScheduled(at=AT, node_id=node, attempt=step))
                    await self.report(run, node, step)

    async def say(self, asset, step):
        said = [AssetRenamed(at=AT, name=f"N° {step}"), AssetTagged(at=AT, tags=("keep", f"tag {step}"))]
        gone = AssetRestored(at=AT) if asset in self.deleted else AssetDeleted(at=AT)
        self.deleted ^= {asset}
        await self.tell("asset", asset, *self.chance.choice([said, said[1:], [gone]]))


def _unheard(*_):
    """Nobody watches."""


async def folded(url, log, sizes):
    """Every table, after folding the whole log in batches of these sizes."""
    engine = open_database(url)
    try:
        await migrate(engine)
        folder = Folder(engine, SUBJECTS, log, _unheard)
        await folder.begin()
        records = await log.read()
        while records:
            size = sizes()
            await folder.fold(records[:size])
            records = records[size:]
        async with engine.connect() as connection:
            return {
                table.name: sorted(map(repr, (await connection.execute(select(table))).all()))
                for table in (*tables.ALL, tables.checkpoint)
            }
    finally:
        await engine.dispose()


@pytest.mark.parametrize("seed", [1, 2])
async def test_any_batches_give_the_same_views(new_database, seed):
    author = Author(seed)
    await author.write(runs=4, nodes=6, steps=250)
    chance = random.Random(seed)
    small = await folded(new_database(), author.log, lambda: chance.randint(1, 40))
    whole = await folded(new_database(), author.log, lambda: 10_000)
    assert small.keys() == whole.keys()
    for name, rows in whole.items():
        assert small[name] == rows, name
    assert len(whole["run_events"]) > 300
    assert whole["paused"] == []


async def test_what_the_log_held_at_the_start_is_counted_until_it_is_read(new_database):
    author = Author(1)
    await author.write(runs=1, nodes=2, steps=8)
    engine = open_database(new_database())
    await migrate(engine)
    folder = Folder(engine, SUBJECTS, author.log, _unheard)
    await folder.begin()
    *most, last = await author.log.read()
    assert folder.behind == last.seq
    await folder.fold(most)
    assert folder.behind == 1
    with pytest.raises(Unavailable, match="1 messages to go"):
        await folding(folder)
    await folder.fold([last])
    assert folder.behind == 0
    await folding(folder)
    await engine.dispose()


async def test_a_database_of_another_log_is_refused(new_database):
    author = Author(1)
    await author.write(runs=1, nodes=1, steps=5)
    url = new_database()
    await folded(url, author.log, lambda: 100)
    engine = open_database(url)
    with pytest.raises(RuntimeError, match="another log"):
        await Folder(engine, SUBJECTS, MemoryLog(), _unheard).begin()
    await engine.dispose()


async def test_several_gateways_may_start_on_an_empty_database_at_once(new_database):
    import asyncio

    url = new_database()
    engines = [open_database(url) for _ in range(4)]
    await asyncio.gather(*(migrate(engine) for engine in engines))
    for engine in engines:
        await engine.dispose()
