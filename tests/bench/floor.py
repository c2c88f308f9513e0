"""The floor: the least that can drive a graph durably over JetStream, written with nats-py alone.

Task message -> worker -> completion message -> scheduler, which keeps the graph in memory. File storage, every publish
waits for its PubAck, every acknowledgement is confirmed, two worker processes. There is no API, no log, no view, no
cache, no retry and no cancel: what a system does beyond this line is what it asks for its services.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import nats
import uvloop
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig, RetentionPolicy, StorageType, StreamConfig
from nats.js.client import JetStreamContext

from bench.graphs import Dag, sinks

_PENDING = 1_000
Handle = Callable[[Mapping[str, Any]], Awaitable[None]]


async def _consume(js: JetStreamContext, stream: str, subject: str, durable: str, handle: Handle) -> None:
    busy: set[asyncio.Task[None]] = set()

    async def one(msg: Msg) -> None:
        await handle(json.loads(msg.data))
        await msg.ack_sync()

    async def come(msg: Msg) -> None:  # concurrent, so that acknowledging is off the critical path
        task = asyncio.create_task(one(msg))
        busy.add(task)
        task.add_done_callback(busy.discard)

    config = ConsumerConfig(ack_wait=30, max_ack_pending=_PENDING)
    await js.subscribe(subject, queue=durable, stream=stream, cb=come, manual_ack=True, config=config)


async def _put(js: JetStreamContext, subject: str, body: Mapping[str, Any]) -> None:
    await js.publish(subject, json.dumps(body).encode())


async def work(url: str) -> None:
    """One worker process, for ever."""
    js = (await nats.connect(url)).jetstream()

    async def handle(task: Mapping[str, Any]) -> None:
        depth = 1 + max((one["d"] for one in task["inputs"]), default=0)
        out = {"n": task["node"], "d": depth}
        await _put(js, f"done.{task['run']}", {"run": task["run"], "node": task["node"], "out": out})

    await _consume(js, "TASKS", "tasks.>", "workers", handle)
    print("ready", flush=True)
    await asyncio.Event().wait()


class _Run:
    def __init__(self, dag: Dag) -> None:
        self.sources = dict(dag)
        self.after: dict[str, list[str]] = {node: [] for node, _ in dag}
        for node, sources in dag:
            for source in sources:
                self.after[source].append(node)
        self.lacking = {node: len(sources) for node, sources in dag}
        self.out: dict[str, Mapping[str, Any]] = {}
        self.left = set(sinks(dag))
        self.over: asyncio.Future[int] = asyncio.get_running_loop().create_future()


class Scheduler:
    """The state of all runs, in memory."""

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js
        self._runs: dict[str, _Run] = {}

    @classmethod
    async def begin(cls, url: str) -> "Scheduler":
        """Make the streams and listen for what is done."""
        js = (await nats.connect(url)).jetstream()
        for name, subject in (("TASKS", "tasks.>"), ("DONE", "done.>")):
            kept = {"storage": StorageType.FILE, "retention": RetentionPolicy.WORK_QUEUE}
            await js.add_stream(StreamConfig(name=name, subjects=[subject], **kept))
        scheduler = cls(js)
        await _consume(js, "DONE", "done.>", "scheduler", scheduler._done)
        return scheduler

    async def run(self, name: str, dag: Dag) -> int:
        """Run a graph to its end and give its depth."""
        run = self._runs[name] = _Run(dag)
        await self._launch(name, [node for node, sources in dag if not sources])
        return await run.over

    async def _launch(self, name: str, nodes: list[str]) -> None:
        run = self._runs[name]
        tasks = (
            {"run": name, "node": node, "inputs": [run.out[source] for source in run.sources[node]]} for node in nodes
        )
        await asyncio.gather(*(_put(self._js, "tasks.x", task) for task in tasks))

    async def _done(self, told: Mapping[str, Any]) -> None:
        run = self._runs.get(told["run"])
        if run is None or told["node"] in run.out:
            return  # a redelivery
        run.out[told["node"]] = told["out"]
        run.left.discard(told["node"])
        ready = []
        for node in run.after[told["node"]]:
            run.lacking[node] -= 1
            if not run.lacking[node]:
                ready.append(node)
        await self._launch(told["run"], ready)
        if not run.left and not run.over.done():
            run.over.set_result(max(one["d"] for one in run.out.values()))
            del self._runs[told["run"]]

    async def close(self) -> None:
        await self._js._nc.close()  # the context has no close of its own


if __name__ == "__main__":
    (uvloop.run if "--uvloop" in sys.argv else asyncio.run)(work(sys.argv[1]))
