"""One stored message, and how it looks on the wire."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from kit.errors import TooLarge
from kit.tracing import HEADER, traceparent

ID_HEADER = "Groove-Id"
ENCODING_HEADER = "Groove-Encoding"
KEY = "Groove-Key"
"""Stored: whose key opens the body."""
OWNER = "Groove-Owner"
"""Never stored: whose the body is, said by who appends it, and of what was opened."""
MAX_BYTES = 512 * 1024
"""Of a body as it travels."""
MAX_BODY_BYTES = 8 * 1024 * 1024
"""Of a body when it is read."""
COMPRESS_OVER_BYTES = 32 * 1024


@dataclass(frozen=True, slots=True)
class Record:
    seq: int
    subject: str
    id: str
    """Event id, empty when the writer gave none."""
    headers: Mapping[str, str] = field(repr=False, compare=False)
    """Ours, and some that the server adds by the way it was read (`Nats-…`)."""
    data: bytes = field(repr=False)
    time: datetime
    erased: bool = False
    """Its owner's key was destroyed: nobody will read the body again."""


def encode(data: bytes, event_id: str, headers: Mapping[str, str] | None) -> tuple[bytes, dict[str, str]]:
    """Give payload and headers as they are stored.

    Raises:
        TooLarge: over 512 KiB as it travels (what is over 32 KiB is compressed), or over 8 MiB when it is read.
    """
    size = len(data)
    if size > MAX_BODY_BYTES:
        raise _too_large(size)
    out = {ID_HEADER: event_id}
    if headers:
        out = {**headers, ID_HEADER: event_id}
        if KEY in headers:  # what could not be opened is passed on as it is
            return data, out
        out.pop(ENCODING_HEADER, None)  # of a message that is passed on: what it says of the old body
    if HEADER not in out and (parent := traceparent()):
        out[HEADER] = parent
    if size > COMPRESS_OVER_BYTES:
        out[ENCODING_HEADER] = "zlib"
        data = zlib.compress(data, 1)
    if len(data) > MAX_BYTES:
        raise _too_large(size)
    return data, out


def _too_large(size: int) -> TooLarge:
    return TooLarge(f"a message of {size:,} bytes does not fit into {MAX_BYTES:,}; send a reference instead")


def decode(seq: int, subject: str, headers: dict[str, str] | None, payload: bytes, time: datetime) -> Record:
    headers = headers or {}
    if KEY not in headers:
        payload = inflated(headers, payload)
    return Record(seq, subject, headers.get(ID_HEADER, ""), headers, payload, time)


def inflated(headers: Mapping[str, str], payload: bytes) -> bytes:
    """Give the body, or what came when that cannot be: it fails its reader then, who parks it, and not the consumer."""
    if headers.get(ENCODING_HEADER) != "zlib":
        return payload
    inflater = zlib.decompressobj()
    try:
        body = inflater.decompress(payload, MAX_BODY_BYTES)
    except zlib.error:
        return payload
    return body if inflater.eof else payload


def time_from_ns(nanoseconds: int) -> datetime:
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC)
