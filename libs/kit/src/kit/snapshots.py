"""Folded state, kept beside the log to shorten the next fold. Losing one costs time, never truth."""

import logging
from typing import Protocol

from nats.aio.client import Client

from kit.errors import TooLarge
from kit.ids import new_id
from kit.record import encode
from kit.sealed import owned, sealing
from kit.wire import ApiError, Wire, answer_of

_SEQ = "Groove-Snapshot-Seq"
_CODE = "Groove-Snapshot-Code"
log = logging.getLogger(__name__)


class Snapshots(Protocol):
    async def save(self, subject: str, seq: int, code: str, state: bytes, owner: str = "") -> bool:
        """Keep the state as of a log sequence, made by that version of the code. Too large a state is not kept."""
        ...

    async def load(self, subject: str, code: str) -> tuple[int, bytes] | None:
        """Give sequence and state, or None when there is none by this version of the code."""
        ...


class JetStreamSnapshots:
    """On a stream with one message per subject."""

    def __init__(self, nc: Client, stream: str) -> None:
        self._wire = Wire(nc)
        self._stream = stream

    async def save(self, subject: str, seq: int, code: str, state: bytes, owner: str = "") -> bool:
        said = {_SEQ: str(seq), _CODE: code, **(owned(owner) or {})}
        try:
            payload, sent = await sealing(self._wire.nc, *encode(state, new_id(), said))
            answer_of(await self._wire.request(subject, payload, sent))
        except (TooLarge, ApiError) as error:
            log.warning("no snapshot: %s", error, extra={"subject": subject, "seq": seq})
            return False
        return True

    async def load(self, subject: str, code: str) -> tuple[int, bytes] | None:
        record = await self._wire.direct_last(self._stream, subject)
        if record is None or record.erased or record.headers.get(_CODE) != code:
            return None
        return int(record.headers[_SEQ]), record.data


class MemorySnapshots:
    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, str, bytes]] = {}

    async def save(self, subject: str, seq: int, code: str, state: bytes, owner: str = "") -> bool:
        del owner  # nothing is sealed in memory
        try:
            encode(state, "", None)
        except TooLarge:
            return False
        self._kept[subject] = (seq, code, state)
        return True

    async def load(self, subject: str, code: str) -> tuple[int, bytes] | None:
        kept = self._kept.get(subject)
        return (kept[0], kept[2]) if kept and kept[1] == code else None
