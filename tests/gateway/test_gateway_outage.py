"""Postgres goes away and comes back: whoever asks meanwhile is told to ask again."""

import asyncio
import json
from contextlib import contextmanager

import asyncpg
import pytest
import websockets
from gateway_house import house_in_a_thread, housing, settings_for
from sqlalchemy.exc import DBAPIError, InterfaceError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from test_gateway_runs import WORKFLOW, finish
from websockets.asyncio.client import connect

from gateway.database import away
from support.door import Door
from support.elsewhere import at_work
from support.servers import unique


class DoorAtWork(Door):
    async def start(self):
        await self.open()
        self.loop = asyncio.get_running_loop()

    async def close(self):
        await self.shut()

    @contextmanager
    def closed(self):
        asyncio.run_coroutine_threadsafe(self.shut(), self.loop).result(5)
        try:
            yield
        finally:
            asyncio.run_coroutine_threadsafe(self.open(), self.loop).result(5)


@pytest.fixture
def door(new_database):
    it = DoorAtWork(new_database())
    with at_work(it):
        yield it


@pytest.fixture
def house(nats_url, s3, door):
    settings = settings_for(nats_url, door.url, s3, unique(), answer_timeout_s=1, heartbeat_s=0.2)
    with house_in_a_thread(settings, housing) as it:
        yield it


@pytest.fixture
def run(api):
    return api.post("/api/executions", json={"graph": WORKFLOW}).json()["id"]


def test_who_asks_meanwhile_is_told_to_ask_again(house, api, door, run):
    asked = [("GET", f"/api/executions/{run}"), ("GET", f"/api/executions/{run}/stream"), ("GET", "/api/graphs")]
    with door.closed():
        answers = [api.request(method, path) for method, path in asked]
        answers.append(api.post("/api/executions", json={"graph": WORKFLOW}, headers={"Idempotency-Key": "once"}))
        assert api.get("/health").status_code == 200
        assert api.get("/ready").status_code == 503
        finish(house, run)  # the log goes on
    for answer in answers:
        assert answer.status_code == 503, answer.text
        assert answer.json()["type"] == "/problems/unavailable"
        assert answer.headers["retry-after"] == "1"
    started = api.post("/api/executions", json={"graph": WORKFLOW}, headers={"Idempotency-Key": "once"})
    assert started.status_code == 202
    house.do(until(house, lambda: api.get(f"/api/executions/{run}").json()["state"] == "completed"))


async def until(house, true):
    async with asyncio.timeout(10):
        while not await asyncio.to_thread(true):  # noqa: ASYNC110  it asks a server
            await asyncio.sleep(0.05)
    assert house.service.desk.folder.trouble is None


async def test_a_socket_that_cannot_be_served_is_closed_and_not_left_waiting(house, door, run):
    await asyncio.to_thread(finish, house, run)
    async with connect(house.url.replace("http", "ws") + "/api/ws") as socket:
        with door.closed():
            await socket.send(json.dumps({"action": "subscribe", "executions": [run]}))
            with pytest.raises(websockets.ConnectionClosed) as ended:
                async with asyncio.timeout(5):
                    await socket.recv()
    assert ended.value.rcvd.code == 1012


class Stood(Exception):
    sqlstate = None


def said(kind, sqlstate=None):
    original = Stood()
    original.sqlstate = sqlstate
    return kind("select 1", {}, original)


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (said(DBAPIError, "57P03"), True),
        (said(DBAPIError, "57P01"), True),
        (said(DBAPIError, "08006"), True),
        (said(DBAPIError, "53300"), True),
        (said(InterfaceError), True),
        (PoolTimeout(), True),
        (ConnectionRefusedError(), True),
        (TimeoutError(), True),
        (said(ProgrammingError, "42P01"), False),
        (said(DBAPIError), False),
        (asyncpg.UndefinedTableError(), False),
        (FileNotFoundError(), False),
    ],
)
def test_an_absence_is_told_from_a_mistake(error, passing):
    assert away(error) is passing
