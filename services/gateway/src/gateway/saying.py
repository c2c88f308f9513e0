"""Facts that the gateway itself writes, of assets and of characters: decided over what was said, appended behind it."""

from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

from contracts.base import MessageId
from contracts.envelope import Decision, E, seal, unseal
from kit.clock import Clock
from kit.errors import Conflict
from kit.ids import new_id
from kit.log import Log
from kit.sealed import owned

ATTEMPTS = 20
S = TypeVar("S")


class Saying(Generic[S, E]):
    """One kind of them.

    Args:
        log: where they lie.
        clock: tells when.
        kind: the letter in which they travel.
        nothing: what is known before anything was said.
        after: what is known after one more fact.
    """

    def __init__(self, log: Log, clock: Clock, kind: type[Decision[E]], nothing: S, after: Callable[[S, E], S]) -> None:
        self._log = log
        self._clock = clock
        self._kind: type[Decision[E]] = kind
        self._nothing = nothing
        self._after: Callable[[S, E], S] = after

    async def say(
        self, subject: str, owner: str, actor: str, decide: Callable[[S, datetime], tuple[E, ...]]
    ) -> tuple[int, S]:
        """Decide over what has been said, and append it. Gives the sequence that shows it, and what is said by then.

        Raises:
            Conflict: still contended.
            Unreadable: a later release has said something of it.
        """
        for _ in range(ATTEMPTS):
            seq, said = await self.read(subject)
            now = self._clock()
            events = decide(said, now)
            if not events:
                return seq, said
            decision = self._kind(id=MessageId(new_id()), at=now, actor=actor, events=events)
            try:
                seq = await self._log.append(
                    subject, seal(decision), expected=seq, event_id=decision.id, headers=owned(owner)
                )
            except Conflict:
                continue
            for event in events:
                said = self._after(said, event)
            return seq, said
        raise Conflict(f"{subject} is still contended")

    async def read(self, subject: str) -> tuple[int, S]:
        """What was said by now, and the sequence of the last of it."""
        seq, said = 0, self._nothing
        for record in await self._log.read(subject):
            seq = record.seq
            for event in unseal(self._kind, record.data).events:
                said = self._after(said, event)
        return seq, said
