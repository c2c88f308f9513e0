"""Where copies of messages go that nobody could handle: to be looked at, and sent again."""

from collections.abc import Mapping

from nats.aio.client import Client

from kit.errors import Unavailable
from kit.ids import named_id
from kit.log_jetstream import JetStreamLog
from kit.record import Record, encode
from kit.wire import ApiError, Wire, answer_of

REASON = "Groove-Parked-Reason"
SUBJECT = "Groove-Parked-Subject"
SEQUENCE = "Groove-Parked-Sequence"
STREAM = "Groove-Parked-Stream"
_REASON_LENGTH = 500


class Parking:
    """`{prefix}.parked.<the rest of the subject it had>`; the copy keeps body and headers."""

    def __init__(self, nc: Client, prefix: str) -> None:
        self._wire = Wire(nc)
        self._prefix = prefix
        self._stream = f"{prefix.upper()}_PARKED"
        self._reader = JetStreamLog(nc, self._stream)

    async def park(self, record: Record, stream: str, reason: str) -> int:
        """Store a copy and say why. A message parked twice is two copies with one id."""
        rest = record.subject.removeprefix(self._prefix + ".")
        headers = {
            **{name: value for name, value in record.headers.items() if not name.startswith("Nats-")},
            REASON: " ".join(reason.split())[:_REASON_LENGTH],
            SUBJECT: record.subject,
            SEQUENCE: str(record.seq),
            STREAM: stream,
        }
        payload, sent = encode(record.data, named_id(stream, str(record.seq)), headers)
        try:
            return int(answer_of(await self._wire.request(f"{self._prefix}.parked.{rest}", payload, sent))["seq"])
        except ApiError as error:
            raise Unavailable(f"parking refused: {error}") from error

    async def list(self, after: int = 0) -> list[Record]:
        return await self._reader.read(f"{self._prefix}.parked.>", after=after)

    async def find(self, seq: int) -> Record | None:
        return await self._wire.leader_get(self._stream, seq=seq)

    async def remove(self, seq: int) -> None:
        await self._wire.api(f"STREAM.MSG.DELETE.{self._stream}", {"seq": seq, "no_erase": True})


def origin(parked: Record) -> tuple[str, Mapping[str, str]]:
    """Give subject and headers that a parked message had, to send it again."""
    headers = {
        name: value for name, value in parked.headers.items() if not name.startswith(("Groove-Parked-", "Nats-"))
    }
    return parked.headers[SUBJECT], headers
