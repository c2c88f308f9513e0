"""Whether one user's thousand nodes hold up another's single one, with work that takes its time.

Two orchestrators of their own prefix, and a worker with some slots in which the one task takes `BODY_S` and each of the
thousand half to one and a half of that (of one length, they would end in step: the worst case is twice). The two users
are told apart in the letters, as the gateway would: it has one user today.
"""

import asyncio
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

from nats.aio.client import Client as Nats

from bench.folds import row
from bench.hops import Client
from bench.lab import Lab, streams_with_noop
from bench.noop_worker import QUEUE, carry_out
from contracts.base import ProjectId, RunId, UserId
from contracts.bench import NOOP
from contracts.envelope import RunDecision, RunLetter, seal, unseal
from contracts.graph import Node
from contracts.run import InlineGraph, RunCompleted, StartRun
from contracts.subjects import Subjects
from contracts.work import Task
from groove_local.ports import free_port
from groove_local.probe import http_get
from groove_local.process import Child, Program, until_ready
from kit.clock import utc_now
from kit.ids import new_id
from kit.log_jetstream import JetStreamLog
from kit.nats import connect
from kit.provision import provision
from kit.pull import Puller
from kit.settle import settle
from providers.worker.claim import Pen
from providers.worker.slots import Announcing

SLOTS, BODY_S, MANY = 8, 0.1, 1_000
PROJECT = ProjectId("p")
_READY_S = 30.0


async def fairness(lab: Lab, _client: Client, quick: bool) -> AsyncIterator[dict[str, Any]]:
    async with AsyncExitStack() as undo:
        house = await House.open(lab, undo)
        alone = [await house.timed("one", 1) for _ in range(10 if quick else 30)]
        crowd = asyncio.create_task(house.timed("many", MANY))
        await house.busy.wait()
        beside = []
        while not crowd.done() and len(beside) < (15 if quick else 60):
            beside.append(await house.timed("one", 1))
        crowd.cancel()
        await asyncio.wait({crowd})
        took = statistics.median(alone)
        yield row("fairness", "one node, nobody else there", took, "ms", spread=alone)
        yield row(
            "fairness", f"one node beside another user's {MANY:,}", statistics.median(beside), "ms", spread=beside
        )
        yield row("fairness", "slower beside them, median", statistics.median(beside) / took, "times", under=2)
        yield row("fairness", "slower beside them, the worst", max(beside) / took, "times")


class House:
    def __init__(self, nc: Nats, subjects: Subjects) -> None:
        self.busy = asyncio.Event()
        """All slots are taken."""
        self._nc, self._subjects = nc, subjects
        self._log = JetStreamLog(nc, subjects.log)
        self._ended: dict[str, asyncio.Event] = {}
        self._free = asyncio.Semaphore(SLOTS)
        self._chance = random.Random(7)

    @classmethod
    async def open(cls, lab: Lab, undo: AsyncExitStack) -> "House":
        nc = await connect(lab.stack.addresses.nats_url, "fairness")
        undo.push_async_callback(nc.close)
        subjects = Subjects(f"fair{new_id()[-8:]}")
        home = lab.data / subjects.prefix
        home.mkdir()
        await provision(nc, streams_with_noop(home), subjects.prefix)
        house = cls(nc, subjects)
        for n in range(2):
            child = Child(_orchestrator(lab, subjects.prefix, n), home)
            child.spawn()
            undo.push_async_callback(child.end)
            await until_ready(child, _READY_S)
        announcing = Announcing(nc.publish, subjects, QUEUE, "slow", every_s=0.5)
        announcing.start(SLOTS)
        undo.push_async_callback(announcing.stop)
        pen = Pen(JetStreamLog(nc, subjects.log), subjects, "slow", utc_now)
        puller = Puller(nc, subjects.tasks, QUEUE)
        tasks = [asyncio.create_task(house._work(puller, pen)) for _ in range(SLOTS)]
        tasks.append(asyncio.create_task(house._follow()))
        undo.callback(lambda: [task.cancel() for task in tasks])
        undo.push_async_callback(puller.close)
        return house

    async def timed(self, user: str, count: int) -> float:
        """Run so many nodes at once, and give the milliseconds from the command to the end."""
        run, nodes = new_id(), tuple(Node(id=f"n{n}", type=NOOP.name) for n in range(count))
        letter = RunLetter(
            id=new_id(),
            at=utc_now(),
            user_id=UserId(user),
            project_id=PROJECT,
            aggregate_id=run,
            command=StartRun(inline=InlineGraph(nodes=nodes), body_digest=run),
        )
        ended = self._ended[run] = asyncio.Event()
        begun = time.perf_counter()
        subject = self._subjects.command("run", PROJECT, RunId(run))
        await self._log.append(subject, seal(letter), expected=None, event_id=letter.id)
        await ended.wait()
        return (time.perf_counter() - begun) * 1e3

    async def _follow(self) -> None:
        async for batch in self._log.follow(f"{self._subjects.prefix}.evt.*.run.{PROJECT}.*", after=0):
            for record in batch:
                events = unseal(RunDecision, record.data).events
                if any(isinstance(event, RunCompleted) for event in events):
                    self._ended[record.subject.rpartition(".")[2]].set()

    async def _work(self, puller: Puller, pen: Pen) -> None:
        while (delivery := await puller.take()) is not None:
            async with self._free:
                if self._free.locked():
                    self.busy.set()
                task = unseal(Task, delivery.record.data)
                await asyncio.sleep(BODY_S * (1 if task.user_id == "one" else self._chance.uniform(0.5, 1.5)))
                await settle(delivery, lambda task=task: carry_out(task, pen), None, self._subjects.tasks)


def _orchestrator(lab: Lab, prefix: str, n: int) -> Program:
    port = free_port()

    async def ready(_pid: int) -> str | None:
        return None if (await http_get(port, "/ready")).status == 200 else "the orchestrator"

    addresses = replace(lab.stack.addresses, seeds={})  # those are for another prefix
    mine = {**addresses.environment(prefix, "orchestrator"), "GROOVE_HEALTH_PORT": str(port), "GROOVE_BENCH": "1"}
    command = (sys.executable, "-P", "-m", "orchestrator.main")
    return Program(f"fair-orchestrator-{n}", command, ready, {**lab.stack.plan.inherited, **mine})
