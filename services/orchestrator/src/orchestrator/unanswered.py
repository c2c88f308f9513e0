"""Commands that the server has passed over.

When it is killed, nats-server can come back with a consumer's floor ahead of what it handed out (its issues 5727 and
7680): such a command would lie in the log for ever. Reports and timers need no such net, the sweep reads their runs.
"""

from collections import OrderedDict
from datetime import timedelta

from contracts.base import MessageId
from contracts.envelope import CreditDecision, GraphDecision, RunDecision, Unreadable, unseal
from kit.record import Record
from orchestrator.items import CreditKey, GraphKey, Item, Key, letter_of, open_record
from orchestrator.ports import World

OVERDUE = timedelta(seconds=30)
"""Before that a command may still be on its way, or handed out to somebody who is about to answer."""
_LOOK_BACK = 20_000
"""Messages of the log before a share was taken: its last holder may have died with the server."""
_REMEMBERED = 50_000


class Unanswered:
    def __init__(self, world: World, overdue: timedelta = OVERDUE) -> None:
        self._world = world
        self._overdue = overdue
        self._floors: dict[int, int | None] = {}
        self._settled: OrderedDict[MessageId, None] = OrderedDict()

    def begin(self, share: int) -> None:
        """A share is this process's from now on."""
        self._floors[share] = None

    def end(self, share: int) -> None:
        self._floors.pop(share, None)

    def settled(self, letter_id: MessageId) -> None:
        """This process has handled it: no need to look for its answer."""
        self._settled[letter_id] = None
        if len(self._settled) > _REMEMBERED:
            self._settled.popitem(last=False)

    async def found(self) -> list[tuple[Key, Item]]:
        """Every command that should have been answered and was not. Each is given once.

        Raises:
            Unavailable: the log cannot be read now.
        """
        return [one for share in tuple(self._floors) for one in await self._in(share)]

    async def _in(self, share: int) -> list[tuple[Key, Item]]:
        old_enough = self._world.clock() - self._overdue
        floor = self._floors[share]
        if floor is None:
            floor = max(0, await self._world.log.last_seq() - _LOOK_BACK)
        found = []
        for record in await self._world.log.read(self._world.subjects.commands_of(share), after=floor):
            if record.time > old_enough:
                break
            opened = await self._unanswered(record)
            if opened is not None:
                found.append(opened)
            floor = record.seq
        if share in self._floors:
            self._floors[share] = floor
        return found

    async def _unanswered(self, record: Record) -> tuple[Key, Item] | None:
        try:
            key, item = open_record(self._world.subjects, record)
        except Unreadable:
            return None  # it is parked when it is delivered
        letter = letter_of(item)
        if letter is None or letter.id in self._settled:
            return None
        try:
            answered = await self._answered(key, letter.id, record.seq)
        except Unreadable:
            return None  # its aggregate is paused, and its command comes again
        return None if answered else (key, item)

    async def _answered(self, key: Key, letter_id: MessageId, asked_at: int) -> bool:
        world = self._world
        if isinstance(key, CreditKey):
            records = await world.log.read(world.subjects.events("credit", key.id, key.id), after=asked_at)
            return any(unseal(CreditDecision, one.data).answers == letter_id for one in records)
        project = key.project_id
        if isinstance(key, GraphKey):
            records = await world.log.read(world.subjects.events("graph", project, key.id), after=asked_at)
            return any(unseal(GraphDecision, one.data).answers == letter_id for one in records)
        records = await world.log.read(world.subjects.events("run", project, key.id), after=asked_at)
        return any(unseal(RunDecision, one.data).answers == letter_id for one in records)
