"""The live events over a WebSocket."""

import asyncio
import json

import pytest
import websockets
from test_gateway_runs import WORKFLOW, finish, seen
from websockets.asyncio.client import connect

from contracts import run as r
from kit.clock import utc_now as now


@pytest.fixture
def address(house):
    return house.url.replace("http", "ws") + "/api/ws"


@pytest.fixture
def run(api):
    return api.post("/api/executions", json={"graph": WORKFLOW}).json()["id"]


async def hear(socket, until):
    heard = []
    async with asyncio.timeout(20):
        while not heard or heard[-1]["event"] != until:
            heard.append(json.loads(await socket.recv()))
    return heard


async def test_a_run_can_be_watched_from_its_beginning_or_from_a_position(house, address, run):
    seen(house, await asyncio.to_thread(finish, house, run))
    async with connect(address) as socket:
        await socket.send(json.dumps({"action": "subscribe", "executions": [run]}))
        heard = await hear(socket, "end")
        assert heard[0]["event"] == "subscribed"
        assert [one["event"] for one in heard[1:-1]][0::5] == ["execution_started", "execution_completed"]
        third = heard[3]
        await socket.send(json.dumps({"action": "subscribe", "executions": [run], "after": third["id"]}))
        assert (await hear(socket, "end"))[1:-1] == heard[4:-1]


async def test_a_project_is_watched_from_now_on(api, address):
    async with connect(address) as socket:
        await socket.send(json.dumps({"action": "subscribe", "projects": ["default"]}))
        await hear(socket, "subscribed")
        made = await asyncio.to_thread(api.post, "/api/graphs", json={"name": "Seen"})
        heard = await hear(socket, "graph_changed")
        assert heard[-1]["data"]["graph_id"] == made.json()["id"]
        await socket.send(json.dumps({"action": "unsubscribe", "projects": ["default"]}))


async def test_a_project_is_watched_on_when_a_run_of_it_ends(house, api, address):
    async with connect(address) as socket:
        await socket.send(json.dumps({"action": "subscribe", "projects": ["default"]}))
        await hear(socket, "subscribed")
        for _ in range(2):
            made = await asyncio.to_thread(api.post, "/api/executions", json={"graph": WORKFLOW})
            cancelled = house.decider.decided(made.json()["id"], r.RunCancelled(at=now()))
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(cancelled, house.loop))
            heard = await hear(socket, "execution_cancelled")
            assert heard[-1]["data"]["execution_id"] == made.json()["id"]
            assert "end" not in [one["event"] for one in heard]


async def test_several_runs_share_one_connection(house, api, address, run):
    other = (await asyncio.to_thread(api.post, "/api/executions", json={"graph": WORKFLOW})).json()["id"]
    async with connect(address) as socket:
        await socket.send(json.dumps({"action": "subscribe", "executions": [run, other]}))
        for one in (run, other):
            cancelled = house.decider.decided(one, r.RunCancelled(at=now()))
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(cancelled, house.loop))
        heard = await hear(socket, "end") + await hear(socket, "end")
        ended = [one["data"]["execution_id"] for one in heard if one["event"] == "execution_cancelled"]
        assert sorted(ended) == sorted([run, other])


async def test_nonsense_is_refused_and_the_connection_lives_on(address):
    async with connect(address) as socket:
        for nonsense in ("", "{", "[]", '{"action":"explode"}', '{"action":"subscribe","after":-1}'):
            await socket.send(nonsense)
            assert json.loads(await socket.recv())["event"] == "refused"
        await socket.send(json.dumps({"action": "subscribe", "executions": ["nothing"]}))
        assert json.loads(await socket.recv()) == {"event": "refused", "data": {"kind": "run", "id": "nothing"}}


async def test_other_sites_get_no_socket(address):
    with pytest.raises(websockets.InvalidStatus):
        async with connect(address, origin="http://evil.example"):
            pass
