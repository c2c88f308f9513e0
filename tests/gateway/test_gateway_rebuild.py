"""The views made again from the log, beside those that serve, and put in their place."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import text
from test_gateway_views import AT, SUBJECTS, Author, _unheard

from contracts import run as r
from gateway.database import migrate, open_database
from gateway.rebuild import schemas
from gateway.rebuild.schemas import Refused
from gateway.rebuild.work import check, rebuild
from gateway.views.folder import Folder
from kit.log_memory import MemoryLog


@pytest.fixture
async def author():
    it = Author(7)
    await it.write(runs=4, nodes=6, steps=200)
    return it


@pytest.fixture
async def engine(postgres_url, author):
    """Views that hold the author's whole log."""
    engine = open_database(postgres_url)
    await migrate(engine)
    await Gateway(engine, author.log).catch_up()
    yield engine
    await engine.dispose()


class Gateway:
    """A folder, and what its watchers hear."""

    def __init__(self, engine, log):
        self.log = log
        self.folder = Folder(engine, SUBJECTS, log, _unheard)
        self.heard = []

    async def begin(self):
        await self.folder.begin()
        return self

    async def catch_up(self):
        if self.folder.seq == 0:
            await self.folder.begin()
        for record in await self.log.read(after=self.folder.seq):
            self.heard += await self.folder.fold([record])


async def spoil(engine, *statements):
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def asked(engine, query):
    async with engine.connect() as connection:
        return (await connection.execute(text(query))).all()


async def schemas_of(engine):
    rows = await asked(engine, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'views%' ORDER BY 1")
    return [row.nspname for row in rows]


async def test_views_that_are_right_are_found_equal_and_left_alone(engine, author, postgres_url):
    told = []
    done = await check(postgres_url, author.log, SUBJECTS, told.append)
    assert done.compared.equal
    assert done.compared.rows > 300
    assert done.compared.seq == await author.log.last_seq() == done.rate.messages
    assert done.rate.events > done.rate.messages
    assert told[-1].messages == told[-1].of
    assert await schemas_of(engine) == ["views"]


async def test_what_differs_is_told_by_table_and_key_and_mended(engine, author, postgres_url):
    await spoil(
        engine,
        "UPDATE views.executions SET state = 'completed', cost = 7 WHERE id = 'r1'",
        "DELETE FROM views.run_events WHERE position = (SELECT min(position) FROM views.run_events)",
        "INSERT INTO views.node_last VALUES ('nowhere', 'n', 'r', 1)",
    )
    found = (await check(postgres_url, author.log, SUBJECTS)).compared
    assert dict(found.counts) == {"executions": 1, "node_last": 1, "run_events": 1}
    said = [str(one) for one in found.differing]
    assert said[0].startswith("executions r1: cost is 7, should be ")
    assert "state is 'completed', should be 'running'" in said[0]
    assert said[1] == "node_last nowhere/n: in the views, but not in the log"
    assert said[2].endswith(": missing in the views")
    done = await rebuild(postgres_url, author.log, SUBJECTS)
    assert done.swapped
    assert done.compared.counts == found.counts
    assert (await check(postgres_url, author.log, SUBJECTS)).compared.equal
    assert await schemas_of(engine) == ["views"]


async def test_rebuilt_tables_are_those_that_the_migrations_make(engine, author, postgres_url):
    columns = (
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = 'views' ORDER BY 1, 2"
    )
    indexes = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'views' ORDER BY 1"
    before = await asked(engine, columns), await asked(engine, indexes)
    await rebuild(postgres_url, author.log, SUBJECTS)
    assert (await asked(engine, columns), await asked(engine, indexes)) == before


async def test_gateways_go_on_behind_a_rebuild_and_tell_each_event_once(engine, author, postgres_url):
    gateways = [await Gateway(engine, author.log).begin() for _ in range(2)]
    begun = await author.log.last_seq()
    await author.tell("run", "r0", r.NodeScheduled(at=AT, node_id="n0", attempt=900))
    await gateways[0].catch_up()
    # the log says otherwise: what a gateway remembers of it must not come back after the rebuild
    await spoil(engine, "UPDATE views.execution_nodes SET attempt = 5 WHERE run_id = 'r0' AND node_id = 'n0'")
    await rebuild(postgres_url, author.log, SUBJECTS, keep_old=True)
    assert await schemas_of(engine) == ["views", "views_old"]
    for attempt in range(901, 920):
        await author.tell("run", "r0", r.NodeScheduled(at=AT, node_id="n0", attempt=attempt))
        await gateways[attempt % 2].catch_up()
    for gateway in gateways:
        await gateway.catch_up()
        assert [event.type for event in gateway.heard] == ["node_queued"] * 20
        assert len({event.position for event in gateway.heard}) == 20
        assert gateway.heard == gateways[0].heard
        assert gateway.folder.seq == begun + 20
    assert (await check(postgres_url, author.log, SUBJECTS)).compared.equal


async def test_a_gateway_in_the_middle_of_folding_and_a_rebuild_do_not_meet(engine, author, postgres_url):
    """Many small batches while the views are swapped again and again: none is lost between two schemas."""
    gateway = await Gateway(engine, author.log).begin()

    async def go_on():
        for attempt in range(1000, 1150):
            await author.tell("run", "r2", r.NodeScheduled(at=AT, node_id="n1", attempt=attempt))
            await gateway.catch_up()

    folding = asyncio.create_task(go_on())
    swaps = 0
    while not folding.done():
        await rebuild(postgres_url, author.log, SUBJECTS)
        swaps += 1
    await folding
    assert swaps > 0
    assert [event.type for event in gateway.heard] == ["node_queued"] * 150
    assert (await check(postgres_url, author.log, SUBJECTS)).compared.equal


@pytest.mark.usefixtures("engine")
async def test_a_second_rebuild_at_once_is_refused(author, postgres_url):
    one = await asyncpg.connect(postgres_url)
    async with schemas.alone(one):
        with pytest.raises(Refused, match="Another rebuild"):
            await rebuild(postgres_url, author.log, SUBJECTS)
    await one.close()
    assert (await rebuild(postgres_url, author.log, SUBJECTS)).swapped


async def test_what_a_killed_rebuild_left_is_cleared_away(engine, author, postgres_url):
    await spoil(
        engine, "CREATE SCHEMA views_fresh", "CREATE TABLE views_fresh.graphs (x int)", "CREATE SCHEMA views_left"
    )
    assert (await rebuild(postgres_url, author.log, SUBJECTS)).compared.equal
    assert await schemas_of(engine) == ["views"]


async def test_the_library_is_not_touched(engine, author, postgres_url):
    held = (
        "SELECT c.relname, c.oid, c.relfilenode FROM pg_class c WHERE relnamespace = 'library'::regnamespace ORDER BY 1"
    )
    before = await asked(engine, held)
    await rebuild(postgres_url, author.log, SUBJECTS)
    assert await asked(engine, held) == before


async def test_a_database_without_views_and_one_of_another_log_are_refused(new_database, engine, author, postgres_url):
    with pytest.raises(Refused, match="no views"):
        await check(new_database(), author.log, SUBJECTS)
    with pytest.raises(Refused, match="another log"):
        await rebuild(postgres_url, MemoryLog(), SUBJECTS)
    assert await schemas_of(engine) == ["views"]


async def test_a_log_with_a_hole_is_refused_and_nothing_changed(engine, author, postgres_url):
    class Holed(MemoryLog):
        def follow(self, *_, after):
            async def but_one():
                async for records in author.log.follow(after=after):
                    yield [record for record in records if record.seq != 17]

            return but_one()

        async def last_seq(self):
            return await author.log.last_seq()

    with pytest.raises(Refused, match="hole behind message 16"):
        await rebuild(postgres_url, Holed(), SUBJECTS)
    assert await schemas_of(engine) == ["views"]
