"""The worker of the `noop` queue: `python -m bench.noop_worker`.

A real worker for free, local work that takes no time: it pulls in batches, appends its terminal report alone (nobody
claims what is done at once), guarded by the sequence that a first attempt finds, and acknowledges when that is stored.
"""

import asyncio
import logging
from collections.abc import Sequence

from nats.aio.client import Client

from contracts.bench import NOOP, NOOP_KEPT
from contracts.envelope import Unreadable, unseal
from contracts.subjects import Queue, Subjects
from contracts.values import TextValue, Value
from contracts.work import Report, Stopped, Succeeded, Task
from kit import logs, telemetry
from kit.clock import utc_now
from kit.errors import Conflict
from kit.errors import Unreadable as Parkable
from kit.health import HealthServer
from kit.ids import new_id
from kit.log_jetstream import JetStreamLog
from kit.nats import connect, on_stop, run
from kit.parked import Parking
from kit.pull import Delivery, Puller
from kit.readiness import Readiness, nats_connected, pulling
from kit.settings import ServiceSettings, read
from kit.settle import settle
from providers.worker.claim import Pen
from providers.worker.past import Past, next_step
from providers.worker.slots import Announcing
from providers.worker.traces import traced

QUEUE: Queue = "noop"
BATCH = 100
BATCHES = 4
"""At work at once: more is not pulled."""
_ATTEMPTS = 5
log = logging.getLogger(__name__)


def outcome(task: Task) -> str:
    """One more than the greatest of its inputs: so the end of a graph tells how deep it is."""
    return str(1 + max((_number(value) for values in task.inputs.values() for value in values), default=0))


def _number(value: Value) -> int:
    return int(value.text) if isinstance(value, TextValue) and value.text.isdigit() else 0


async def carry_out(task: Task, pen: Pen, deliveries: int = 1) -> None:
    """Do nothing and say so, once, however often the task is delivered.

    Raises:
        Unreadable: it is no work for this queue.
        Conflict, Unavailable: hand it back.
    """
    if task.operation not in {NOOP.name, NOOP_KEPT.name}:
        raise Parkable(f"{task.operation} is not done here")
    first = deliveries == 1 and task.attempt == 1
    past = Past() if first else await pen.past(task)
    started_at = pen.clock()
    for _ in range(_ATTEMPTS):
        step = next_step(past)
        if step == "drop":
            return
        stamp = pen.stamp(task, past.epoch)
        report: Report = Stopped(**stamp)
        if step != "stop":
            outputs = {"text": (TextValue(text=outcome(task)),)}
            report = Succeeded(**stamp, outputs=outputs, started_at=started_at)
        try:
            await pen.write(task, pen.letter(report), past.seq)
        except Conflict:  # it was delivered before, or revoked
            past = await pen.past(task)
        else:
            return
    raise Conflict(f"{task.id} is still contended")


class NoopWorker:
    def __init__(self, nc: Client, subjects: Subjects) -> None:
        self.puller = Puller(nc, subjects.tasks, QUEUE)
        self.name = f"{QUEUE}-{new_id()[-12:]}"
        self._pen = Pen(JetStreamLog(nc, subjects.log), subjects, self.name, utc_now)
        self._parking = Parking(nc, subjects.prefix)
        self._stream = subjects.tasks
        self._room = asyncio.Semaphore(BATCHES)
        self._busy: set[asyncio.Task[None]] = set()

    async def work(self) -> None:
        """Until the puller is closed."""
        async for batch in self.puller.batches(BATCH):
            await self._room.acquire()
            work = asyncio.create_task(self._batch(batch))
            self._busy.add(work)
            work.add_done_callback(self._done)
        await asyncio.gather(*self._busy)

    def _done(self, work: asyncio.Task[None]) -> None:
        self._busy.discard(work)
        self._room.release()

    async def _batch(self, batch: Sequence[Delivery]) -> None:
        await asyncio.gather(
            *(settle(one, lambda one=one: self._obey(one), self._parking, self._stream) for one in batch)
        )

    async def _obey(self, delivery: Delivery) -> None:
        try:
            task = unseal(Task, delivery.record.data)
        except Unreadable as error:
            raise Parkable(str(error)) from error
        with traced(task, QUEUE, delivery):
            await carry_out(task, self._pen, delivery.deliveries)


async def serve(settings: ServiceSettings) -> None:
    stop = on_stop()
    nc = await connect(settings.nats_url, QUEUE)
    worker = NoopWorker(nc, Subjects(settings.prefix))
    working = asyncio.create_task(worker.work())
    announcing = Announcing(nc.publish, Subjects(settings.prefix), QUEUE, worker.name)
    announcing.start(BATCH * BATCHES)
    health = HealthServer(Readiness({"nats": nats_connected(nc), "tasks": pulling(nc, worker.puller)}))
    await health.start(settings.health_host, settings.health_port)
    log.info("ready", extra={"health_port": health.port})
    await stop.wait()
    await announcing.stop()
    await worker.puller.close()
    await working
    await health.close()
    await nc.close()


def main() -> None:
    settings = read(ServiceSettings)
    logs.set_up("noop-worker", settings.log_level)
    telemetry.set_up("noop-worker", settings)
    run(serve(settings))


if __name__ == "__main__":
    main()
