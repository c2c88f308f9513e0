"""A work queue that holds one message per subject, and messages that come due."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from nats.aio.client import Client

from kit.errors import Unavailable
from kit.ids import new_id
from kit.record import Record, encode
from kit.sealed import sealing
from kit.wire import ApiError, Wire, answer_of

_FULL = 10077
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Published:
    seq: int


@dataclass(frozen=True, slots=True)
class AlreadyQueued:
    """One is queued or in flight on that subject."""


class WorkQueue:
    """On a stream with work-queue retention, one message per subject, and discard-new per subject."""

    def __init__(self, nc: Client, stream: str, *, timeout_s: float = 3) -> None:
        self._wire = Wire(nc, timeout_s)
        self._stream = stream

    async def publish_once(
        self, subject: str, data: bytes, headers: Mapping[str, str] | None = None, *, event_id: str | None = None
    ) -> Published | AlreadyQueued:
        """Queue it unless one is there.

        Raises:
            Unavailable: not known to be queued after bounded retries.
        """
        mine = event_id or new_id()
        payload, sent = await sealing(self._wire.nc, *encode(data, mine, headers))
        for attempt in range(_ATTEMPTS):
            try:
                answer = answer_of(await self._wire.request(subject, payload, sent))
                return Published(int(answer["seq"]))
            except ApiError as error:
                if error.code != _FULL:
                    raise Unavailable(f"queueing refused: {error}") from error
                if attempt == 0:
                    return AlreadyQueued()
            except Unavailable:
                if attempt == _ATTEMPTS - 1:
                    raise
            # an earlier try had no answer: what lies there now may be ours
            there = await self._wire.leader_get(self._stream, last_by_subj=subject)
            if there:
                return Published(there.seq) if there.id == mine else AlreadyQueued()
        raise Unavailable("queueing had no answer")

    async def peek(self, subject: str) -> Record | None:
        """See what is queued or in flight on a subject."""
        return await self._wire.leader_get(self._stream, last_by_subj=subject)

    async def cancel(self, subject: str, *, seen: int | None = None) -> None:
        """Take what is queued away; who holds it already keeps working. What came after sequence `seen` stays."""
        upto = {} if seen is None else {"seq": seen + 1}
        await self._wire.api(f"STREAM.PURGE.{self._stream}", {"filter": subject, **upto})

    async def free_stranded(self, consumer: str) -> list[str]:
        """Remove what a consumer will never deliver although nobody has finished it. Give the subjects, free again.

        When it is killed, nats-server (2.15.1 too; its issues 5727 and 7680) can come back with the consumer's floor
        past messages that had been handed back. They would lie there for ever, and keep their places taken.
        """
        info = await self._wire.api(f"CONSUMER.INFO.{self._stream}.{consumer}")
        floor, config = int(info["ack_floor"]["stream_seq"]), info["config"]
        freed: list[str] = []
        for one in config.get("filter_subjects") or [config.get("filter_subject") or ">"]:
            after = 0
            while there := await self._wire.leader_get(self._stream, seq=after + 1, next_by_subj=one):
                if there.seq > floor:
                    break
                with contextlib.suppress(ApiError):  # it went meanwhile
                    await self._wire.api(f"STREAM.MSG.DELETE.{self._stream}", {"seq": there.seq, "no_erase": True})
                    freed.append(there.subject)
                after = there.seq
        return freed


class Timers:
    """Messages that the server publishes when they are due, through its own restarts, once.

    A subject holds one schedule: a newer one replaces it. Never in a stream that discards new messages (refused), and
    the schedule's subject never under a worker's filter (delivered at once).
    """

    def __init__(self, nc: Client, stream: str, *, timeout_s: float = 3) -> None:
        self._wire = Wire(nc, timeout_s)
        self._stream = stream

    async def schedule(
        self,
        at_subject: str,
        target_subject: str,
        when: datetime,
        data: bytes,
        headers: Mapping[str, str] | None = None,
    ) -> int:
        """Have `data` published on the target at `when`, or at once if that is past. Give the schedule's sequence."""
        payload, sent = encode(data, new_id(), headers)
        sent["Nats-Schedule"] = f"@at {when.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        sent["Nats-Schedule-Target"] = target_subject
        for _ in range(_ATTEMPTS - 1):
            try:
                return await self._store(at_subject, payload, sent)
            except Unavailable:  # repeating is harmless: the schedule replaces itself
                continue
        return await self._store(at_subject, payload, sent)

    async def _store(self, subject: str, payload: bytes, sent: dict[str, str]) -> int:
        try:
            return int(answer_of(await self._wire.request(subject, payload, sent))["seq"])
        except ApiError as error:
            raise Unavailable(f"scheduling refused: {error}") from error

    async def cancel_schedule(self, at_subject: str) -> None:
        """Forget a schedule; nothing happens if it has fired or never was."""
        await self._wire.api(f"STREAM.PURGE.{self._stream}", {"filter": at_subject})
