"""What a person at the canvas waits for: edits, and views when the log is long. And what an idle service weighs."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from typing import Any

from bench.cpu import rss_mb, trees
from bench.folds import load_ms, row
from bench.graphs import layers
from bench.hops import Client
from bench.http_client import Connection
from bench.lab import Lab
from bench.past import Template, template
from kit.ids import new_id
from kit.log_jetstream import JetStreamLog
from kit.nats import connect

_IN_FLIGHT = 1_000
_READS = 60
SERVICES = ("gateway", "orchestrator", "text-worker", "image-worker", "noop-worker")


async def memory(lab: Lab, _client: Client, _quick: bool) -> AsyncIterator[dict[str, Any]]:
    """Each process, as it is now: measured first of all, while nothing has been asked of it."""
    for role, pids in trees(lab.pids).items():
        heaviest = max(map(rss_mb, pids))
        if role in SERVICES:
            yield row("memory", f"idle {role}", heaviest, "MB", under=150)
        else:
            yield row("memory", f"idle {role}", sum(map(rss_mb, pids)), "MB")


async def edits(lab: Lab, _client: Client, quick: bool) -> AsyncIterator[dict[str, Any]]:
    """Nodes added one after the other: each waits for the answer, that is, until it can be read back."""
    each = 40 if quick else 150
    for at_once in (1, 8):
        connections = [await Connection.open(lab.port) for _ in range(at_once)]
        taken: list[float] = []
        begun = time.perf_counter()
        await asyncio.gather(*(_edit(connection, each, taken) for connection in connections))
        rate = len(taken) / (time.perf_counter() - begun)
        what = f"graph edits, {at_once} graph{'s' if at_once > 1 else ''} at once"
        yield row("edits", what, rate, "edits/s")
        yield row("edits", f"{what}: one takes", statistics.median(taken), "ms", spread=taken)
        for connection in connections:
            await connection.close()


async def _edit(connection: Connection, count: int, taken: list[float]) -> None:
    graph = (await connection.ask("POST", "/api/graphs", {"name": "edited"}))["id"]
    for n in range(count):
        begun = time.perf_counter()
        body = {"type": "text", "params": {"text": f"line {n}"}, "position": {"x": n, "y": 0}}
        await connection.ask("POST", f"/api/graphs/{graph}/nodes", body)
        taken.append((time.perf_counter() - begun) * 1e3)


async def million(lab: Lab, client: Client, quick: bool) -> AsyncIterator[dict[str, Any]]:
    """A million facts in the log and in the views, then reads over HTTP, and one run loaded."""
    wanted = 20_000 if quick else 1_000_000
    made = template(layers(10, 10), reports=False)
    nc = await connect(lab.stack.addresses.nats_url, "bench")
    try:
        log = JetStreamLog(nc, lab.subjects.log, timeout_s=20)
        runs = [new_id() for _ in range(wanted // made.facts + 1)]
        begun = time.perf_counter()
        await _fill(log, lab, made, runs)
        filled_s = time.perf_counter() - begun
        facts = made.facts * len(runs)
        yield row("million", f"appending {facts:,} facts", facts / filled_s, "facts/s")
        await _folded(client, runs[-1])
        yield row("million", "the gateway folds them", facts / (time.perf_counter() - begun), "facts/s")
        async for line in _reads(lab.port, runs[len(runs) // 2]):
            yield line
        taken = await load_ms(nc, lab, runs[len(runs) // 2])
        yield row("million", "load a run of 100 nodes", statistics.median(taken), "ms", under=150, spread=taken)
    finally:
        await nc.close()


async def _fill(log: JetStreamLog, lab: Lab, made: Template, runs: list[str]) -> None:
    """Many runs at once, each in its own order: as fast as one connection writes."""
    room = asyncio.Semaphore(_IN_FLIGHT)

    async def one(run: str) -> None:
        async with room:
            for subject, body in made.subjects(lab.subjects, run):
                await log.append(subject, body, expected=None, event_id=run)

    await asyncio.gather(*map(one, runs))


async def _folded(client: Client, run: str) -> None:
    async with asyncio.timeout(900):
        while True:
            found = (await client.ask("GET", "/api/executions?limit=1"))["items"]
            if found and found[0]["id"] == run and found[0]["state"] == "completed":
                return
            await asyncio.sleep(0.2)


async def _reads(port: int, run: str) -> AsyncIterator[dict[str, Any]]:
    """Each until the last byte of its answer is here."""
    ways = {
        "an execution of 100 nodes": f"/api/executions/{run}",
        "a page of 50 executions": "/api/executions?limit=50",
        "500 events of an execution": f"/api/executions/{run}/events?limit=500",
        "a page of graphs": "/api/graphs?limit=50",
        "why a node ran": f"/api/executions/{run}/nodes/l5_5/explain",
    }
    connection = await Connection.open(port)
    for what, path in ways.items():
        taken = []
        for _ in range(_READS):
            begun = time.perf_counter()
            await connection.fetch("GET", path)
            taken.append((time.perf_counter() - begun) * 1e3)
        yield row("million", f"read {what}", statistics.median(taken), "ms", under=20, spread=taken)
    await connection.close()
