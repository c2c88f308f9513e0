"""A set of subjects with one small message each: what is on the register is open."""

from collections.abc import Mapping
from typing import Protocol

from nats.aio.client import Client

from kit.clock import Clock, utc_now
from kit.errors import Unavailable
from kit.ids import new_id
from kit.log_jetstream import JetStreamLog
from kit.log_memory import matches
from kit.record import Record, decode, encode
from kit.wire import ApiError, Wire, answer_of


class Register(Protocol):
    """Everything may be repeated."""

    async def put(self, subject: str, data: bytes = b"", headers: Mapping[str, str] | None = None) -> int: ...

    async def remove(self, subject: str) -> None:
        """Absent is fine."""
        ...

    async def list(self, *filters: str) -> list[Record]:
        """Give everything on the register that matches, oldest put first."""
        ...

    async def find(self, subject: str) -> Record | None: ...


class JetStreamRegister:
    """On a stream with one message per subject that may be purged."""

    def __init__(self, nc: Client, stream: str) -> None:
        self._wire = Wire(nc)
        self._reader = JetStreamLog(nc, stream)
        self._stream = stream

    async def put(self, subject: str, data: bytes = b"", headers: Mapping[str, str] | None = None) -> int:
        payload, sent = encode(data, new_id(), headers)
        try:
            return int(answer_of(await self._wire.request(subject, payload, sent))["seq"])
        except ApiError as error:
            raise Unavailable(f"register refused: {error}") from error

    async def remove(self, subject: str) -> None:
        await self._wire.api(f"STREAM.PURGE.{self._stream}", {"filter": subject})

    async def list(self, *filters: str) -> list[Record]:
        return await self._reader.read(*filters)

    async def find(self, subject: str) -> Record | None:
        return await self._wire.leader_get(self._stream, last_by_subj=subject)


class MemoryRegister:
    """The same, for tests of what stands on it."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self._records: dict[str, Record] = {}
        self._clock = clock
        self._seq = 0

    async def put(self, subject: str, data: bytes = b"", headers: Mapping[str, str] | None = None) -> int:
        payload, sent = encode(data, new_id(), headers)
        self._seq += 1
        self._records.pop(subject, None)
        self._records[subject] = decode(self._seq, subject, sent, payload, self._clock())
        return self._seq

    async def remove(self, subject: str) -> None:
        self._records.pop(subject, None)

    async def list(self, *filters: str) -> list[Record]:
        return [r for r in self._records.values() if not filters or any(matches(one, r.subject) for one in filters)]

    async def find(self, subject: str) -> Record | None:
        return self._records.get(subject)
