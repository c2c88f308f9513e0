"""W1 to W4: what one node costs, on the floor and in the whole system, turn by turn."""

import asyncio
import itertools
import json
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from bench.cpu import Pids, Used, machine_s, since, spin_ms, used
from bench.graphs import WORKLOADS, Workload, sinks, workflow
from bench.http_client import Connection
from bench.lab import Lab
from kit.ids import new_id

LAST = {"execution_completed", "execution_failed", "execution_cancelled"}
_LIMIT_S = 60.0


@dataclass
class Sample:
    """One turn of one workload on one subject."""

    workload: str
    subject: str
    nodes: int
    wall_s: float
    cpu_s: dict[str, float]
    spin_ms: float
    others_cores: float
    """Cores that anything else on this machine kept busy meanwhile."""

    @property
    def ms_per_node(self) -> float:
        return self.wall_s / self.nodes * 1e3

    def line(self) -> dict[str, Any]:
        return {
            "bench": self.workload,
            "subject": self.subject,
            "nodes": self.nodes,
            "wall_s": round(self.wall_s, 4),
            "ms_per_node": round(self.ms_per_node, 4),
            "cpu_ms_per_node": {role: round(s / self.nodes * 1e3, 4) for role, s in self.cpu_s.items()},
            "spin_ms": round(self.spin_ms, 2),
            "others_cores": round(self.others_cores, 2),
        }


class Client:
    """Starts runs over HTTP and sees them end on the project's stream, like a browser tab."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[Connection] = []
        self._ended: dict[str, asyncio.Future[tuple[str, float]]] = {}
        self._graphs: dict[tuple[str, str], str] = {}
        self._task: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, lab: Lab, undo: AsyncExitStack) -> "Client":
        """Ready when the stream is open."""
        client = cls(lab.port)
        undo.push_async_callback(client.close)
        opened = asyncio.Event()
        client._task = asyncio.create_task(client._watch(opened))
        await opened.wait()
        client._free = [await Connection.open(lab.port) for _ in range(50)]
        return client

    @classmethod
    async def alone(cls, port: int) -> "Client":
        """One that only asks."""
        client = cls(port)
        client._free = [await Connection.open(port)]
        return client

    async def _watch(self, opened: asyncio.Event) -> None:
        """For ever: who is cut off comes back with the last id it saw, as browsers do."""
        last = ""
        while True:
            watching = await Connection.open(self._port)
            async for id_, name, data, at in watching.stream("/api/stream", last):
                opened.set()
                last = id_ or last
                if name in LAST:
                    self._future(json.loads(data)["execution_id"]).set_result((name, at))
            await watching.close()

    def _future(self, run: str) -> asyncio.Future[tuple[str, float]]:
        return self._ended.setdefault(run, asyncio.get_running_loop().create_future())

    async def save(self, load: Workload, node_type: str) -> str:
        """The id of the saved graph."""
        key = (load.key, node_type)
        if key not in self._graphs:
            made = await self._free[0].ask("POST", "/api/graphs/import", workflow(load.dag, node_type))
            self._graphs[key] = made["id"]
        return self._graphs[key]

    async def run(self, graph: str) -> tuple[str, float]:
        """Start a saved graph and see it end. Gives the run and when that was seen."""
        connection = self._free.pop()
        try:
            body = {"graph_id": graph, "variables": {"nonce": new_id()}}
            run = (await connection.ask("POST", "/api/executions", body))["id"]
        finally:
            self._free.append(connection)
        answered = time.monotonic()
        name, at = await self._future(run)
        del self._ended[run]
        if name != "execution_completed":
            raise AssertionError(f"run {run} ended as {name}")
        return run, max(at, answered)

    async def fresh(self) -> None:
        """No connection that was closed meanwhile."""
        for connection in self._free:
            await connection.fresh()

    async def depth(self, run: str, load: Workload) -> int:
        """What the last nodes say of how deep the graph was."""
        nodes = (await self._free[0].ask("GET", f"/api/executions/{run}"))["nodes"]
        return max(int(nodes[node]["outputs"]["text"][0]["text"]) for node in sinks(load.dag))

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        return await self._free[0].ask(method, path, body)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
        for connection in self._free:
            await connection.close()


@dataclass
class Clock:
    """Wall and CPU of what happens inside."""

    pids: Pids
    cpu: Used = field(default_factory=dict)
    own: float = 0.0
    busy: float = 0.0
    spin: float = 0.0

    def begin(self) -> float:
        self.spin = spin_ms()
        self.cpu, self.own, self.busy = used(self.pids), time.process_time(), machine_s()
        return time.monotonic()

    def sample(self, load: Workload, subject: str, wall_s: float) -> Sample:
        busy = machine_s() - self.busy
        cpu = since(self.cpu, used(self.pids))
        cpu["client"] = time.process_time() - self.own
        others = max(0.0, busy - sum(cpu.values())) / wall_s
        return Sample(load.key, subject, load.nodes, wall_s, cpu, self.spin, others)


_names = map(str, itertools.count())


async def floor_turn(lab: Lab, name: str, load: Workload) -> Sample:
    clock = Clock(lab.floor_pids[name])
    scheduler = lab.floors[name]
    begun = clock.begin()
    depths = await asyncio.gather(*(scheduler.run(f"r{next(_names)}", load.dag) for _ in range(load.runs)))
    sample = clock.sample(load, name, time.monotonic() - begun)
    assert set(depths) == {load.depth}, depths
    return sample


async def system_turn(lab: Lab, client: Client, load: Workload, node_type: str = "noop") -> Sample:
    graph = await client.save(load, node_type)
    await client.fresh()
    clock = Clock(lab.pids)
    begun = clock.begin()
    async with asyncio.timeout(_LIMIT_S):
        ended = await asyncio.gather(*(client.run(graph) for _ in range(load.runs)))
    name = "groove" if node_type == "noop" else "groove cacheable"
    sample = clock.sample(load, name, max(at for _, at in ended) - begun)
    depth = await client.depth(ended[-1][0], load)
    assert depth == load.depth, f"{load.key}: {depth} instead of {load.depth}"
    return sample


async def quiet(limit_s: float, most: float = 0.2) -> None:
    """Wait for half a second in which this machine is mostly idle, or for the limit."""
    give_up = time.monotonic() + limit_s
    while time.monotonic() < give_up:
        before = machine_s()
        await asyncio.sleep(0.5)
        if (machine_s() - before) / 0.5 / (os.cpu_count() or 1) < most:
            return


async def turns(
    lab: Lab, client: Client, loads: list[Workload], repeat: int, *, cacheable: bool, wait_s: float
) -> list[Sample]:
    """Every workload on every subject, alternating; the first round warms up and is not kept."""
    samples: list[Sample] = []
    for round_ in range(-1, repeat):
        for load in loads:
            await quiet(wait_s)
            taken = [await floor_turn(lab, name, load) for name in lab.floors]
            taken.append(await system_turn(lab, client, load))
            if cacheable:
                taken.append(await system_turn(lab, client, load, "noop_kept"))
            samples += taken if round_ >= 0 else []
    return samples


def chosen(only: set[str]) -> list[Workload]:
    return [load for load in WORKLOADS if not only or load.key in only]


def summary(samples: list[Sample]) -> Iterator[dict[str, Any]]:
    """One line for each workload and subject."""
    groups: dict[tuple[str, str], list[Sample]] = {}
    for sample in samples:
        groups.setdefault((sample.workload, sample.subject), []).append(sample)
    floors = {load: _median(group) for (load, subject), group in groups.items() if subject == "floor"}
    for (load, subject), group in groups.items():
        walls = sorted(one.ms_per_node for one in group)
        middle = _median(group)
        roles = group[0].cpu_s
        yield {
            "bench": load,
            "subject": subject,
            "summary": True,
            "turns": len(group),
            "ms_per_node": round(middle, 4),
            "least": round(walls[0], 4),
            "most": round(walls[-1], 4),
            "x_floor": round(middle / floors[load], 2) if floors.get(load) else None,
            "x_floor_at_best": round(walls[0] / min(s.ms_per_node for s in groups[load, "floor"]), 2)
            if (load, "floor") in groups
            else None,
            "cpu_ms_per_node": {
                role: round(statistics.median(one.cpu_s[role] / one.nodes for one in group) * 1e3, 4) for role in roles
            },
        }


def _median(group: list[Sample]) -> float:
    return statistics.median(one.ms_per_node for one in group)
