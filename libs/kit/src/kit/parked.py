"""Where copies of messages go that nobody could handle: to be looked at, and sent again."""

import json
from collections.abc import Mapping, Sequence

from nats.aio.client import Client

from kit.errors import Unavailable
from kit.ids import named_id
from kit.log_jetstream import JetStreamLog
from kit.record import Record, encode
from kit.sealed import opening, sealing
from kit.wire import NOT_FOUND, ApiError, Wire, answer_of, record_of

REASON = "Groove-Parked-Reason"
SUBJECT = "Groove-Parked-Subject"
SEQUENCE = "Groove-Parked-Sequence"
STREAM = "Groove-Parked-Stream"
DELIVERIES = "Groove-Parked-Deliveries"
_REASON_LENGTH = 500
_PAGE_BYTES = 4 * 1024 * 1024
_END = "204"
_NO_MESSAGE = frozenset({10037, 10057})
"""No message found; it cannot be deleted because it is not there."""


class Parking:
    """`{prefix}.parked.<the rest of the subject it had>`; the copy keeps body and headers."""

    def __init__(self, nc: Client, prefix: str) -> None:
        self._wire = Wire(nc)
        self._prefix = prefix
        self._stream = f"{prefix.upper()}_PARKED"
        self._reader = JetStreamLog(nc, self._stream)

    async def park(self, record: Record, stream: str, reason: str, deliveries: int = 0) -> int:
        """Store a copy and say why. A message parked twice is two copies with one id. 0 deliveries: not known."""
        rest = record.subject.removeprefix(self._prefix + ".")
        headers = {
            **{name: value for name, value in record.headers.items() if not name.startswith("Nats-")},
            REASON: " ".join(reason.split())[:_REASON_LENGTH],
            SUBJECT: record.subject,
            SEQUENCE: str(record.seq),
            STREAM: stream,
            DELIVERIES: str(deliveries),
        }
        encoded = encode(record.data, named_id(stream, str(record.seq)), headers)
        payload, sent = await sealing(self._wire.nc, *encoded)
        try:
            return int(answer_of(await self._wire.request(f"{self._prefix}.parked.{rest}", payload, sent))["seq"])
        except ApiError as error:
            raise Unavailable(f"parking refused: {error}") from error

    async def list(self, after: int = 0) -> list[Record]:
        return await self._reader.read(f"{self._prefix}.parked.>", after=after)

    async def page(self, after: int, limit: int) -> Sequence[Record]:
        """Give the next ones, oldest first: copies, and the server's own notices of deliveries that it gave up."""
        query = {"seq": after + 1, "next_by_subj": ">", "batch": limit, "max_bytes": _PAGE_BYTES}
        messages, status = await self._wire.collect(f"$JS.API.DIRECT.GET.{self._stream}", json.dumps(query).encode())
        if (status.headers or {}).get("Status") not in {NOT_FOUND, _END}:
            raise Unavailable(f"reading {self._stream}: {(status.headers or {}).get('Description', 'no answer')}")
        return await opening(self._wire.nc, [record_of(message) for message in messages])

    async def count(self) -> int:
        info = await self._wire.api(f"STREAM.INFO.{self._stream}")
        return int(info["state"]["messages"])

    async def find(self, seq: int) -> Record | None:
        return await self._wire.leader_get(self._stream, seq=seq)

    async def remove(self, seq: int) -> None:
        """Forget a copy. Nothing happens if it is gone."""
        try:
            await self._wire.api(f"STREAM.MSG.DELETE.{self._stream}", {"seq": seq, "no_erase": True})
        except ApiError as error:
            if error.code not in _NO_MESSAGE:
                raise


def origin(parked: Record) -> tuple[str, Mapping[str, str]]:
    """Give subject and headers that a parked message had, to send it again."""
    headers = {
        name: value for name, value in parked.headers.items() if not name.startswith(("Groove-Parked-", "Nats-"))
    }
    return parked.headers[SUBJECT], headers
