"""A thousand people watch one run: how late is what they see, and what does it cost the gateway."""

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import uvloop

from bench.cpu import since, used
from bench.folds import row
from bench.graphs import chain
from bench.hops import Client
from bench.lab import Lab, with_tests
from bench.past import PROJECT, started
from contracts.base import MessageId, NodeId, RunId
from contracts.envelope import RunDecision, seal
from contracts.run import NodeScheduled, RunCompleted, RunEvent
from kit.clock import utc_now
from kit.ids import new_id
from kit.log_jetstream import JetStreamLog
from kit.nats import connect

CLIENTS = 1_000
PER_S = 20
_LIMIT_S = 60.0
_MARK = b"event: node_queued\n"
_AT = b'"at":"'


class Reader(asyncio.Protocol):
    """One watcher: it notes when each event came, and leaves reading it for later."""

    def __init__(self, path: str, heard: list[tuple[float, bytes]]) -> None:
        self._path = path
        self._heard = heard
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.WriteTransport) -> None:  # type: ignore[override]  # of TCP it is one
        transport.write(f"GET {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        self._heard.append((time.time(), data))

    def connection_lost(self, _exc: Exception | None) -> None:
        self.over.set_result(None)


def latencies_ms(heard: list[tuple[float, bytes]]) -> list[float]:
    """From the moment an event was decided to the moment it was here."""
    late = []
    for at, data in heard:
        for block in data.split(_MARK)[1:]:
            stamp = block.partition(_AT)[2].partition(b'"')[0].decode()
            late.append((at - datetime.fromisoformat(stamp).timestamp()) * 1e3)
    return late


async def listen(port: int, path: str, clients: int) -> None:
    """The crowd's own process: says when all are there, and at the end what they saw."""
    loop, heard = asyncio.get_running_loop(), [[] for _ in range(clients)]
    readers: list[Reader] = []
    for mine in heard:
        _, reader = await loop.create_connection(lambda mine=mine: Reader(path, mine), "127.0.0.1", port)
        readers.append(reader)
    while not all(heard):  # noqa: ASYNC110  the server's first words
        await asyncio.sleep(0.05)
    print("there", flush=True)
    await asyncio.gather(*(reader.over for reader in readers))
    late = [latencies_ms(mine) for mine in heard]
    everything = sorted(one for mine in late for one in mine)
    told = {"events": sorted({len(mine) for mine in late}), "p50": 0.0, "p99": 0.0, "most": 0.0}
    if everything:
        cuts = statistics.quantiles(everything, n=100)
        told |= {"p50": cuts[49], "p99": cuts[98], "most": everything[-1]}
    print(json.dumps(told), flush=True)


async def sse(lab: Lab, _client: Client, quick: bool) -> AsyncIterator[dict[str, Any]]:
    clients, seconds = (200, 3) if quick else (CLIENTS, 15)
    events = seconds * PER_S
    nc = await connect(lab.stack.addresses.nats_url, "bench")
    try:
        log, run = JetStreamLog(nc, lab.subjects.log), RunId(new_id())
        await _say(log, lab, run, started(run, chain(events), utc_now()))
        path = f"/api/executions/{run}/stream"
        await _there(lab, path)
        command = (sys.executable, "-m", "bench.crowd", str(lab.port), path, str(clients))
        crowd = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, env=with_tests(os.environ), cwd=lab.data
        )
        assert crowd.stdout is not None
        assert await asyncio.wait_for(crowd.stdout.readline(), _LIMIT_S) == b"there\n"
        before, begun = used(lab.pids), time.monotonic()
        for n in range(events):
            await asyncio.sleep(max(0.0, begun + n / PER_S - time.monotonic()))
            await _say(log, lab, run, NodeScheduled(at=utc_now(), node_id=NodeId(f"n{n}"), attempt=1))
        spent, wall_s = since(before, used(lab.pids)), time.monotonic() - begun
        await _say(log, lab, run, RunCompleted(at=utc_now()))
        told = json.loads(await asyncio.wait_for(crowd.stdout.readline(), _LIMIT_S))
        await crowd.wait()
        assert told["events"] == [events], f"{told['events']} events were seen by the clients instead of {events}"
    finally:
        await nc.close()
    what = f"SSE, {clients:,} clients x {PER_S}/s"
    yield row("sse", f"{what}: p50", told["p50"], "ms")
    yield row("sse", f"{what}: p99", told["p99"], "ms", under=250)
    yield row("sse", f"{what}: the latest of all", told["most"], "ms")
    yield row("sse", f"{what}: gateway", spent["gateway"] / wall_s, "cores", under=1)


async def _there(lab: Lab, path: str) -> None:
    """Until the view knows the run."""
    client = await Client.alone(lab.port)
    async with asyncio.timeout(20):
        while True:
            found = (await client.ask("GET", "/api/executions?limit=5"))["items"]
            if any(one["id"] in path for one in found):
                break
            await asyncio.sleep(0.05)
    await client.close()


async def _say(log: JetStreamLog, lab: Lab, run: RunId, event: RunEvent) -> None:
    decision = RunDecision(id=MessageId(new_id()), at=event.at, actor="bench", events=(event,))
    subject = lab.subjects.events("run", PROJECT, run)
    await log.append(subject, seal(decision), expected=None, event_id=decision.id)


if __name__ == "__main__":
    uvloop.run(listen(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
