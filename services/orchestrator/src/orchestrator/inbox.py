"""Pulls from the log and the timers, sorts by aggregate, and settles what was pulled by how its handling ended."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import cast

import nats.errors

from contracts.envelope import Answer, CreditLetter, GraphLetter, Letter, Unreadable, seal
from contracts.subjects import Subjects, partition
from kit.errors import Erased
from kit.log import Conflict, Unavailable
from kit.metrics import Histogram, Timing
from kit.parked import Parking
from kit.pull import Delivery, Puller
from kit.record import Record
from kit.settle import delay_s
from orchestrator.admission import Ticket
from orchestrator.handlers import handle_run
from orchestrator.items import (
    CreditKey,
    GraphKey,
    Item,
    Key,
    Parcel,
    RunItem,
    RunKey,
    Turn,
    Unread,
    aggregate,
    letter_of,
    open_due,
    open_record,
)
from orchestrator.mailboxes import Mailboxes
from orchestrator.orchestra import Orchestra
from orchestrator.ports import Stale
from orchestrator.traces import traced
from orchestrator.unanswered import OVERDUE, Unanswered

_SOON_S = 0.2
_log = logging.getLogger(__name__)


class Inbox:
    def __init__(
        self, desk: Orchestra, pullers: Sequence[Puller], parking: Parking, overdue: timedelta = OVERDUE
    ) -> None:
        self._desk = desk
        self._pullers = list(pullers)
        self._parking = parking
        self._boxes: Mailboxes[Key, Parcel] = Mailboxes(self._handle)
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False
        self.handling = Timing()
        self.latency = Histogram()
        self.unanswered = Unanswered(desk.world, overdue)
        desk.outside.call = self._call

    def start(self) -> None:
        for puller in self._pullers:
            self._begin(puller)

    def pull(self, pullers: Sequence[Puller]) -> None:
        """Pull from these as well."""
        self._pullers += pullers
        for puller in pullers:
            self._begin(puller)

    def _begin(self, puller: Puller) -> None:
        subjects = self._desk.world.subjects
        opener = open_due if puller.stream == subjects.timers else _log_opener(subjects)
        self._tasks.append(asyncio.create_task(self._pull(puller, opener), name=puller.durable))

    async def let_go(self, share: int, pullers: Sequence[Puller], grace_s: float) -> None:
        """Pull no more from these, and see that what came from them is done."""
        await asyncio.gather(*(puller.close() for puller in pullers))
        self._pullers = [puller for puller in self._pullers if puller not in pullers]
        self._tasks = [task for task in self._tasks if not task.done()]
        await self._boxes.quiet(lambda key: partition(key.id) == share, grace_s)

    async def stop(self, grace_s: float) -> None:
        """Pull no more, finish what is on hand; the rest is delivered to someone else."""
        self._stopping = True
        await asyncio.gather(*(puller.close() for puller in self._pullers))
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await _give_back(await self._boxes.drain(grace_s), 0)

    def _call(self, ticket: Ticket) -> None:
        """Its task goes to the workers, if it is still wanted, in the order of its run."""

        async def done() -> None: ...

        async def again(delay_s: float) -> None:
            if not self._stopping:
                asyncio.get_running_loop().call_later(delay_s, self._call, ticket)

        self._boxes.put(RunKey(ticket.project_id, ticket.run_id), Parcel(Turn(ticket.node_id), done, again))

    async def post(self, key: Key, parcel: Parcel) -> None:
        await self._boxes.post(key, parcel)

    async def repeat_unanswered(self) -> None:
        """Have every command handled that the server has passed over.

        Raises:
            Unavailable: the log cannot be read now.
        """
        for key, item in await self.unanswered.found():
            _log.warning("a command was passed over by the server", extra={"aggregate": key.id})
            self._repeat(key, item)

    def _repeat(self, key: Key, item: Item) -> None:
        async def done() -> None: ...

        async def again(delay_s: float) -> None:
            if not self._stopping:
                asyncio.get_running_loop().call_later(max(delay_s, _SOON_S), self._repeat, key, item)

        self._boxes.put(key, Parcel(item, done, again, deliveries=2))

    async def _pull(self, puller: Puller, opener: Callable[[Record], tuple[Key, Item]]) -> None:
        async for batch in puller.batches():
            for delivery in batch:
                if delivery.record.erased:
                    await delivery.ack()
                    continue
                try:
                    key, item = opener(delivery.record)
                except Exception as error:  # noqa: BLE001  whatever it is, this message cannot be opened: the others can
                    await self._park(puller, delivery, str(error))
                    continue
                parcel = Parcel(item, delivery.ack, delivery.nak, delivery.deliveries, delivery.record)
                await self._boxes.post(key, parcel)

    async def _park(self, puller: Puller, delivery: Delivery, reason: str) -> None:
        _log.error("parked what cannot be read", extra={"subject": delivery.record.subject, "reason": reason})
        try:
            await self._parking.park(delivery.record, puller.stream, reason, delivery.deliveries)
            await delivery.term()
        except (Unavailable, nats.errors.Error):
            await _give_back([delivery], None)

    async def _handle(self, key: Key, parcels: list[Parcel]) -> None:
        try:
            with self.handling.taken(), traced(key, parcels, self._desk.runs):
                await self._do(key, parcels)
            self._observe(parcels)
        except Stale as error:
            _log.info("in a moment: %s", error)
            await _give_back(parcels, _SOON_S)
        except (Conflict, Unavailable) as error:
            _log.info("not now: %s", error)
            await _give_back(parcels, None)
        except Unreadable as error:
            await self._pause(key, parcels, error)
        except Erased:  # nobody is left to decide for
            await self._drop(key, parcels)
        except Exception:  # noqa: BLE001  whatever it is, the messages come again, later
            _log.exception("a handler failed", extra={"aggregate": key.id})
            await _give_back(parcels, None)
        except asyncio.CancelledError:  # there is no time left: somebody else shall have it now, not in `ack_wait`
            await _give_back(parcels, 0)
            raise
        else:
            for parcel in parcels:
                await parcel.ack()  # unconfirmed: lost, it comes again, and is silence
                if (letter := letter_of(parcel.item)) is not None:
                    self.unanswered.settled(letter.id)

    def _observe(self, parcels: list[Parcel]) -> None:
        """How long the first of them has waited since it was stored, by the log's own clock and by ours."""
        came = next((parcel.record.time for parcel in parcels if parcel.record is not None), None)
        if came is not None:
            self.latency.observe(max(0.0, (self._desk.world.clock() - came).total_seconds()))

    async def _drop(self, key: Key, parcels: list[Parcel]) -> None:
        if isinstance(key, RunKey):
            self._desk.runs.forget(key)
            await self._desk.world.open_runs.remove(self._desk.world.subjects.open_run(key.id))
        for parcel in parcels:
            await parcel.ack()

    async def _do(self, key: Key, parcels: list[Parcel]) -> None:
        for parcel in parcels:
            if isinstance(parcel.item, Unread):
                raise parcel.item.error
        if isinstance(key, GraphKey | CreditKey):
            await self._obey(key, parcels)
        else:
            items = [parcel.item for parcel in parcels if isinstance(parcel.item, RunItem)]
            await handle_run(self._desk, key, items, again=any(parcel.deliveries > 1 for parcel in parcels))
            if self._desk.runs.kept(key) is None:  # it was not looked at
                return
        self._desk.world.paused.over(aggregate(key))

    async def _pause(self, key: Key, parcels: list[Parcel], error: Unreadable) -> None:
        """Nothing is done until a release can read it. Who waits for an answer is told so; the messages come again."""
        if isinstance(key, RunKey):
            self._desk.runs.forget(key)
        self._desk.world.paused.stop(aggregate(key), error)
        with contextlib.suppress(nats.errors.Error):  # unheard, its sender gives up by itself
            for letter in map(letter_of, (parcel.item for parcel in parcels)):
                if letter is not None and letter.reply_to is not None:
                    answer = Answer(command_id=letter.id, outcome="unreadable")
                    await self._desk.world.say(letter.reply_to, seal(answer))
        await _give_back(parcels, None)

    async def _obey(self, key: GraphKey | CreditKey, parcels: list[Parcel]) -> None:
        for parcel in parcels:
            letter = parcel.item
            if not isinstance(letter, Letter):
                continue
            if isinstance(key, CreditKey):
                answer: Answer = await self._desk.credits.obey(key.id, cast("CreditLetter", letter))
            else:
                answer = await self._desk.graphs.obey(key, cast("GraphLetter", letter))
            if letter.reply_to is not None:
                await self._desk.world.say(letter.reply_to, seal(answer))


def _log_opener(subjects: Subjects) -> Callable[[Record], tuple[Key, Item]]:
    return lambda record: open_record(subjects, record)


async def _give_back(parcels: Sequence[Parcel | Delivery], after_s: float | None) -> None:
    with contextlib.suppress(nats.errors.Error):  # without a connection `ack_wait` does it
        for parcel in parcels:
            await parcel.nak(delay_s(parcel.deliveries) if after_s is None else after_s)
