"""Several gateways, restarts, and many clients at once."""

import asyncio
import contextlib

import httpx2
import pytest
from gateway_decider import Decider
from gateway_house import serving, settings_for
from test_gateway_runs import WORKFLOW

from contracts import run as r
from kit.clock import utc_now as now
from support.api import parse
from support.bus import provisioned


@pytest.fixture
async def bus(nats_url, prefix):
    async with provisioned(nats_url, prefix) as nc:
        yield nc


@pytest.fixture
async def decider(bus, prefix):
    it = Decider(bus, prefix)
    obeying = asyncio.create_task(it.obey())
    yield it
    obeying.cancel()


@pytest.fixture
def settings(nats_url, postgres_url, s3, prefix):
    return settings_for(nats_url, postgres_url, s3, prefix, heartbeat_s=0.1)


async def until(true):
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110  what is waited for has no event of its own
            await asyncio.sleep(0.01)


def client(url):
    return httpx2.AsyncClient(base_url=url, timeout=20, trust_env=False)


async def stream(url, path, headers=None):
    """All events, until the server ends it."""
    async with client(url) as http, http.stream("GET", path, headers=headers or {}) as answer:
        assert answer.status_code == 200
        return list(parse(iter([line async for line in answer.aiter_lines()])))


async def start(url):
    async with client(url) as http:
        return (await http.post("/api/executions", json={"graph": WORKFLOW})).json()["id"]


async def work(decider, run, steps):
    """Many events, quickly: retries of one node."""
    for attempt in range(1, steps + 1):
        await decider.decided(run, r.NodeScheduled(at=now(), node_id="paint", attempt=attempt))
        await decider.claimed(run, "paint", attempt)
    await decider.decided(run, r.RunCancelled(at=now()), r.NodeCancelled(at=now(), node_id="paint"))


async def test_a_hundred_clients_hear_everything_and_each_event_is_encoded_once(settings, decider):
    async with serving(settings) as (_, service, url):
        run = await start(url)
        metrics = service.desk.metrics
        before = metrics.value("groove_events_encoded_total")
        watching = [asyncio.create_task(stream(url, f"/api/executions/{run}/stream")) for _ in range(100)]
        await until(lambda: len(service.desk.hub._all()) == 100)
        assert "groove_stream_clients 100" in metrics.text()
        await work(decider, run, 10)
        told = await asyncio.gather(*watching)
        assert all(events == told[0] for events in told)
        assert [event.name for event in told[0]].count("node_started") == 10
        assert told[0][-2].name == "execution_cancelled"
        assert told[0][-1].name == "node_cancelled"
        assert metrics.value("groove_events_encoded_total") - before == len(told[0]) - 1


async def test_streams_that_break_and_resume_have_no_gap_and_no_duplicate(settings, decider):
    async def faithful(url, run, every):
        """Leave after every few events and come back with the last id."""
        got, last = [], 0
        async with client(url) as http:
            while not got or got[-1].name != "execution_completed":
                headers = {"Last-Event-ID": str(last)} if last else {}
                async with http.stream("GET", f"/api/executions/{run}/stream", headers=headers) as answer:
                    lines = []
                    with contextlib.suppress(StopAsyncIteration):
                        async for line in answer.aiter_lines():
                            lines.append(line)
                            if lines.count("") > every and not line:
                                break
                    got += [event for event in parse(iter(lines)) if event.id]
                    last = got[-1].id if got else 0
        return got

    async with serving(settings) as (_, _, url):
        run = await start(url)
        watching = [asyncio.create_task(faithful(url, run, every)) for every in (1, 2, 3, 7)]
        for attempt in range(1, 60):
            await decider.decided(run, r.NodeScheduled(at=now(), node_id="paint", attempt=attempt))
            await decider.claimed(run, "paint", attempt)
        await decider.decided(run, r.RunCompleted(at=now()))
        told = await asyncio.gather(*watching)
        whole = await stream(url, f"/api/executions/{run}/stream")
        assert len(whole) == 1 + 2 * 59 + 1
        assert all(events == whole for events in told)


async def test_two_gateways_share_the_views_and_both_tell_everything(settings, decider):
    async with serving(settings) as (_, one, first), serving(settings) as (_, two, second):
        run = await start(first)
        watching = [asyncio.create_task(stream(url, f"/api/executions/{run}/stream")) for url in (first, second)]
        await work(decider, run, 50)
        told = await asyncio.gather(*watching)
        assert told[0] == told[1]
        assert len(told[0]) == 1 + 2 * 50 + 2
        folded = one.desk.folder.folded + two.desk.folder.folded
        assert folded == await decider.log.last_seq()
        async with client(second) as http:
            made = (await http.post("/api/graphs", json={"name": "there"})).json()
        async with client(first) as http:
            assert (await http.get(f"/api/graphs/{made['id']}")).json() == made


async def test_a_restarted_gateway_goes_on_where_it_was(settings, decider):
    key = {"Idempotency-Key": "k1"}
    async with serving(settings) as (_, _, url), client(url) as http:
        first = await http.post("/api/executions", json={"graph": WORKFLOW}, headers=key)
        run = first.json()["id"]
    await work(decider, run, 30)
    async with serving(settings) as (_, service, url), client(url) as http:
        assert await service.desk.tide.reach(await decider.log.last_seq(), 10)
        assert (await http.get(f"/api/executions/{run}")).json()["state"] == "cancelled"
        told = await stream(url, f"/api/executions/{run}/stream")
        assert len(told) == 1 + 2 * 30 + 2
        again = await http.post("/api/executions", json={"graph": WORKFLOW}, headers=key)
        assert again.content == first.content


@pytest.mark.usefixtures("decider")
async def test_a_gateway_that_stops_ends_its_streams_at_once(settings):
    async with serving(settings) as (_, _, url):
        lines, run = [], await start(url)

        async def watch():
            async with client(url) as http, http.stream("GET", f"/api/executions/{run}/stream") as answer:
                async for line in answer.aiter_lines():
                    lines.append(line)  # noqa: PERF401  looked at while they come

        watching = asyncio.create_task(watch())
        await until(lambda: "event: execution_started" in lines)
    await watching
    assert [event.name for event in parse(iter(lines))] == ["execution_started"]


async def test_progress_is_passed_on_without_an_id_and_never_replayed(settings, decider, bus):
    async with serving(settings) as (_, service, url):
        run = await start(url)
        await decider.decided(run, r.NodeScheduled(at=now(), node_id="paint", attempt=1))
        await decider.claimed(run, "paint")
        watching = asyncio.create_task(stream(url, f"/api/executions/{run}/stream"))
        await until(service.desk.hub._all)
        body = f'{{"run_id":"{run}","project_id":"default","node_id":"paint","attempt":1,"progress":0.5}}'.encode()
        await bus.publish(decider.subjects.live("default", run), body)
        await until(lambda: service.desk.heard.of(run, "paint"))
        async with client(url) as http:
            assert (await http.get(f"/api/executions/{run}")).json()["nodes"]["paint"]["progress"] == 0.5
        await decider.decided(run, r.RunCancelled(at=now()))
        told = await watching
        progress = [event for event in told if event.name == "node_progress"]
        assert [(event.id, event.data["progress"]) for event in progress] == [(None, 0.5)]
        replayed = await stream(url, f"/api/executions/{run}/stream")
        assert replayed == [event for event in told if event.name != "node_progress"]


@pytest.mark.usefixtures("decider")
async def test_a_project_hears_of_its_graphs_and_runs(settings):
    async with serving(settings) as (_, service, url), client(url) as http:
        names = []

        async def listen():
            async with client(url) as mine, mine.stream("GET", "/api/stream?project_id=default") as answer:
                lines = []
                async for line in answer.aiter_lines():
                    lines.append(line)
                    names[:] = [event.name for event in parse(iter(lines))]

        listening = asyncio.create_task(listen())
        await until(service.desk.hub._all)
        await http.post("/api/graphs", json={"name": "One"})
        await start(url)
        await until(lambda: names == ["graph_changed", "execution_started"])
        listening.cancel()


async def test_the_stream_of_a_project_goes_on_when_a_run_of_it_ends(settings, decider):
    async def listen(url):
        async with client(url) as http, http.stream("GET", "/api/stream") as answer:
            lines = []
            async for line in answer.aiter_lines():
                lines.append(line)
                told = list(parse(iter(lines)))
                if [event.name for event in told].count("execution_completed") == 2:
                    return told
        raise AssertionError(f"the stream ended after {told}")

    async with serving(settings) as (_, service, url):
        listening = asyncio.create_task(listen(url))
        await until(lambda: service.desk.hub._all() or listening.done())
        runs = []
        for _ in range(2):  # the second begins when the first is known to be over
            runs.append(await start(url))
            over = await decider.decided(runs[-1], r.RunCompleted(at=now()))
            assert await service.desk.tide.reach(over, 20)
        async with asyncio.timeout(20):
            told = await listening
        ended = [event.data["execution_id"] for event in told if event.name == "execution_completed"]
        assert ended == runs


@pytest.mark.usefixtures("decider")
async def test_a_client_that_does_not_read_is_cut_off(settings):
    async with serving(settings) as (_, service, url):
        run = await start(url)
        host, _, port = url.removeprefix("http://").partition(":")
        _, writer = await asyncio.open_connection(host, int(port), limit=1024)
        writer.write(f"GET /api/stream HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        await writer.drain()
        await until(service.desk.hub._all)
        from gateway.live.frames import passing

        big = "x" * 60_000
        for n in range(3_000):
            frame = passing(run, "default", "node_completed", f'"{big}"')
            object.__setattr__(frame, "position", 10**12 + n)
            service.desk.hub.publish([frame])
            if n % 50 == 0:
                await asyncio.sleep(0)
        await until(lambda: not (service.desk.hub._all()))
        assert service.desk.metrics.value("groove_stream_cut_off_total") == 1
        writer.close()


async def test_a_message_that_cannot_be_read_pauses_its_run_and_no_other(settings, decider):
    async with serving(settings) as (_, service, url), client(url) as http:
        broken, well = await start(url), await start(url)
        subject = decider.subjects.events("run", "default", broken)
        await decider.log.append(subject, b'{"v":99}', expected=None, event_id="future")
        await decider.decided(broken, r.RunCompleted(at=now()))
        seq = await decider.decided(well, r.RunCompleted(at=now()))
        assert await service.desk.tide.reach(seq, 5)
        assert (await http.get(f"/api/executions/{broken}")).json()["state"] == "running"
        assert (await http.get(f"/api/executions/{well}")).json()["state"] == "completed"
        ready = await http.get("/ready")
        assert ready.status_code == 200
        assert [paused["aggregate"] for paused in ready.json()["views"]["paused"]] == [f"run:{broken}"]
        assert (await http.get("/health")).json() == {"status": "ok"}
        metrics = (await http.get("/metrics")).text
        assert "groove_view_lag 0" in metrics
        assert 'groove_http_requests_total{method="GET",status="200"}' in metrics
