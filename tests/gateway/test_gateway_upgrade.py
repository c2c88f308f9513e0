"""A message of a later release pauses its run, and no other; the release that can read it goes on by itself."""

import asyncio

import httpx2
import pytest
from gateway_decider import Decider
from gateway_house import serving, settings_for
from test_gateway_runs import WORKFLOW

from contracts import run as r
from contracts import upcasts
from contracts.envelope import RunDecision, seal
from gateway.rebuild.work import check, rebuild
from kit.clock import utc_now as now
from kit.ids import new_id
from support.api import parse


@pytest.fixture
async def decider(bus, prefix):
    it = Decider(bus, prefix)
    obeying = asyncio.create_task(it.obey())
    yield it
    obeying.cancel()


@pytest.fixture
def settings(nats_url, postgres_url, s3, prefix):
    return settings_for(nats_url, postgres_url, s3, prefix, heartbeat_s=0.1)


@pytest.fixture
def upgrade(monkeypatch):
    """Make this process the release that reads what is of the future now."""
    later = upcasts.Chain((*upcasts.CHAIN.steps, lambda _kind, raw: raw))

    def install():
        monkeypatch.setattr(upcasts, "CHAIN", later)

    return install


def client(url):
    return httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False)


async def start(http):
    return (await http.post("/api/executions", json={"graph": WORKFLOW})).json()["id"]


async def of_the_future(decider, run, *events):
    decision = RunDecision(id=new_id(), at=now(), actor="orchestrator", events=events, v=upcasts.VERSION + 1)
    subject = decider.subjects.events("run", "default", run)
    return await decider.log.append(subject, seal(decision), expected=None, event_id=decision.id)


async def told(http, run, after=None):
    """The stream of a run that has ended, from behind an event."""
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    async with http.stream("GET", f"/api/executions/{run}/stream", headers=headers) as answer:
        return list(parse(iter([line async for line in answer.aiter_lines()])))


def names(events):
    return [event.name for event in events]


AFTER = ["node_queued", "node_started", "execution_cancelled", "node_cancelled"]


async def go_past(decider, run):
    """Something of the future, then more that anybody could read."""
    await of_the_future(decider, run, r.NodeScheduled(at=now(), node_id="paint", attempt=1))
    await decider.claimed(run, "paint")
    return await decider.decided(run, r.RunCancelled(at=now()), r.NodeCancelled(at=now(), node_id="paint"))


async def test_an_upgraded_gateway_goes_on_with_what_was_paused(settings, decider, upgrade):
    async with serving(settings) as (_, service, url), client(url) as http:
        run, well = await start(http), await start(http)
        seen = (await http.get(f"/api/executions/{run}/events")).json()["items"][-1]["id"]
        await go_past(decider, run)
        seq = await decider.decided(well, r.RunCompleted(at=now()))
        assert await service.desk.tide.reach(seq, 30)
        (paused,) = (await http.get("/ready")).json()["views"]["paused"]
        assert paused["aggregate"] == f"run:{run}"
        assert f"version {upcasts.VERSION + 1}" in paused["reason"]
        assert "groove_views_paused 1\n" in (await http.get("/metrics")).text
        assert (await http.get(f"/api/executions/{run}")).json()["state"] == "running"
        assert (await http.get(f"/api/executions/{well}")).json()["state"] == "completed"
        past = await http.get(f"/api/executions/{run}", params={"at": 2**62})
        assert past.status_code in {409, 422}
        whole = await told(http, well)
    async with serving(settings) as (_, _, url), client(url) as http:  # the same release: nothing changes
        assert len((await http.get("/ready")).json()["views"]["paused"]) == 1
    upgrade()
    async with serving(settings) as (_, _, url), client(url) as http:
        assert (await http.get("/ready")).json()["views"]["paused"] == []
        assert "groove_views_paused 0\n" in (await http.get("/metrics")).text
        assert (await http.get(f"/api/executions/{run}")).json()["state"] == "cancelled"
        assert names(await told(http, run, seen)) == AFTER
        assert await told(http, well) == whole
        found = await check(settings.postgres_url.get_secret_value(), decider.log, decider.subjects)
        assert found.compared.equal, found.compared.differing


async def test_watchers_of_another_gateway_are_told_when_a_rebuild_could_read_it(settings, decider, upgrade):
    """Its stream was quiet while its run was paused: what it missed comes first, once and in order."""
    async with serving(settings) as (_, service, url), client(url) as http:
        run, well = await start(http), await start(http)
        watching = asyncio.create_task(told(http, run))
        seq = await of_the_future(decider, run, r.NodeScheduled(at=now(), node_id="paint", attempt=1))
        await decider.claimed(run, "paint")
        seq = await decider.decided(well, r.RunCompleted(at=now()))
        assert await service.desk.tide.reach(seq, 30)
        upgrade()
        await rebuild(settings.postgres_url.get_secret_value(), decider.log, decider.subjects)
        await decider.decided(run, r.RunCancelled(at=now()), r.NodeCancelled(at=now(), node_id="paint"))
        async with asyncio.timeout(30):
            events = await watching
        assert names(events) == ["execution_started", *AFTER]
        ids = [event.id for event in events]
        assert ids == sorted(set(ids))
        assert await told(http, run) == events
