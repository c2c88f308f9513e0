"""The log on one JetStream stream."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping

from nats.aio.client import Client

from kit.errors import Conflict, Unavailable
from kit.follow import follow
from kit.record import Record, encode
from kit.sealed import opening, sealing
from kit.wire import NOT_FOUND, ApiError, Wire, answer_of, record_of

EXPECTED = "Nats-Expected-Last-Subject-Sequence"
CONFLICTS = frozenset({10071, 10164, 10201})
"""Wrong last sequence; the same on replicated streams; a duplicate inside a batch."""
_BATCH = 1000
_BATCH_BYTES = 8 * 1024 * 1024
_FIRST_WAIT_S = 0.05
_LONGEST_WAIT_S = 0.4


class JetStreamLog:
    def __init__(self, nc: Client, stream: str, *, timeout_s: float = 2, patience_s: float = 15) -> None:
        """`timeout_s` bounds one try, `patience_s` how long an append looks for its answer before `Unavailable`."""
        self._stream = stream
        self._patience_s = patience_s
        self._wire = Wire(nc, timeout_s)
        self._direct = f"$JS.API.DIRECT.GET.{stream}"

    async def append(
        self,
        subject: str,
        data: bytes,
        *,
        expected: int | None,
        event_id: str,
        headers: Mapping[str, str] | None = None,
    ) -> int:
        """See `kit.log.Log.append`. One round trip unless something goes wrong."""
        payload, sent = await sealing(self._wire.nc, *encode(data, event_id, headers))
        if expected is not None:
            sent[EXPECTED] = str(expected)
        try:
            answer = answer_of(await self._wire.request(subject, payload, sent))
        except ApiError as error:
            if error.code not in CONFLICTS:
                raise Unavailable(f"append refused: {error}") from error
            return await self._stored_or_conflict(subject, expected or 0, event_id)
        except Unavailable:
            return await self._reconcile(subject, payload, sent, expected, event_id)
        return int(answer["seq"])

    async def _stored_or_conflict(self, subject: str, expected: int, event_id: str) -> int:
        seq = await self._find(subject, expected, event_id)
        if seq is None:
            raise Conflict(f"{subject} has moved past sequence {expected}")
        return seq

    async def _find(self, subject: str, after: int, event_id: str) -> int | None:
        """Look for our event at the leader: a replica that lags would say no and be wrong."""
        while record := await self._wire.leader_get(self._stream, seq=after + 1, next_by_subj=subject):
            if record.id == event_id:
                return record.seq
            after = record.seq
        return None

    async def _reconcile(
        self, subject: str, payload: bytes, sent: dict[str, str], expected: int | None, event_id: str
    ) -> int:
        """Find out whether an append without an answer was stored; if not, append again, guarded.

        An unguarded append is repeated with the last sequence just read, so that the lost one, arriving late, and the
        repetition cannot both be stored unseen.
        """
        floor, guard = expected or 0, expected
        loop = asyncio.get_running_loop()
        give_up, wait_s = loop.time() + self._patience_s, _FIRST_WAIT_S
        while loop.time() < give_up:
            try:
                if expected is None:  # before looking: what lands after this is met by the guard
                    last = await self._wire.leader_get(self._stream, last_by_subj=subject)
                    guard = last.seq if last else 0
                stored = await self._find(subject, floor, event_id)
                if stored is not None:
                    return stored
                again = {**sent, EXPECTED: str(guard)}
                return int(answer_of(await self._wire.request(subject, payload, again))["seq"])
            except ApiError as error:
                if error.code not in CONFLICTS:
                    raise Unavailable(f"append refused: {error}") from error
                if expected is not None:
                    return await self._stored_or_conflict(subject, floor, event_id)
            except Unavailable:
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
        raise Unavailable(f"an append to {'.'.join(subject.split('.')[:2])} has no answer: it may or may not be stored")

    async def read(self, *filters: str, after: int = 0) -> list[Record]:
        """See `kit.log.Log.read`. One round trip for one filter, two for several."""
        if len(filters) < 2:  # noqa: PLR2004  one filter needs no merging
            return _left(await self._read_one(filters[0] if filters else ">", after))
        parts = await asyncio.gather(*(self._read_one(one, after) for one in filters))
        horizon = max((part[-1].seq for part in parts if part), default=0)
        # a filter that was answered before another one's newest record was stored may lack what came in between
        rest = await asyncio.gather(
            *(
                self._up_to(horizon, one, part[-1].seq if part else after)
                for one, part in zip(filters, parts, strict=True)
            )
        )
        merged = {record.seq: record for part in (*parts, *rest) for record in part}
        return _left([merged[seq] for seq in sorted(merged)])

    async def _up_to(self, horizon: int, one: str, after: int) -> list[Record]:
        found: list[Record] = []
        while after < horizon:
            record = await self._wire.leader_get(self._stream, seq=after + 1, next_by_subj=one)
            if record is None or record.seq > horizon:
                break
            found.append(record)
            after = record.seq
        return found

    async def _read_one(self, one: str, after: int) -> list[Record]:
        found: list[Record] = []
        while True:
            query = json.dumps(
                {"seq": after + 1, "next_by_subj": one, "batch": _BATCH, "max_bytes": _BATCH_BYTES}
            ).encode()
            messages, status = await self._wire.collect(self._direct, query)
            headers = status.headers or {}
            if headers["Status"] == NOT_FOUND:
                return found
            if headers["Status"] != "204":
                raise Unavailable(f"reading {self._stream}: {headers.get('Description', headers['Status'])}")
            found += await opening(self._wire.nc, [record_of(message) for message in messages])
            if headers.get("Nats-Num-Pending", "0") == "0" or not messages:
                return found
            after = found[-1].seq

    async def last(self, subject: str) -> Record | None:
        return await self._wire.direct_last(self._stream, subject)

    async def last_seq(self) -> int:
        try:
            info = await self._wire.api(f"STREAM.INFO.{self._stream}")
        except ApiError as error:
            raise Unavailable(f"stream {self._stream}: {error}") from error
        return int(info["state"]["last_seq"])

    def follow(self, *filters: str, after: int) -> AsyncIterator[list[Record]]:
        return follow(self._wire, self._stream, filters, after)


class LeaderLog(JetStreamLog):
    """Reads message by message at the stream's leader. For who reads little, and may not read by direct get.

    A direct get gives a stored body, as it is, to whatever subject is named for the answer: who may append anywhere
    could so have it copied everywhere, with the server's own hand.
    """

    async def last(self, subject: str) -> Record | None:
        return await self._wire.leader_get(self._stream, last_by_subj=subject)

    async def _read_one(self, one: str, after: int) -> list[Record]:
        found: list[Record] = []
        while record := await self._wire.leader_get(self._stream, seq=after + 1, next_by_subj=one):
            found.append(record)
            after = record.seq
        return found


def _left(records: list[Record]) -> list[Record]:
    """Without what was erased: for who folds, it never was."""
    return [record for record in records if not record.erased]
