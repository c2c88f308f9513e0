"""The same NATS client, with less work per message: no task hand-over for what is only put somewhere.

The library reads with regular expressions, queues every message for a task of its subscription, and wakes a task for
every publish. Most of our messages are answers and pulled batches, which are only noted: `attend` has them noted at
once. What is published in one turn of the loop goes out in one write.
"""

import asyncio
from collections.abc import Callable

from nats.aio.client import DEFAULT_FLUSH_TIMEOUT, Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import ProtocolError
from nats.protocol.parser import AWAITING_CONTROL_LINE, Parser

Note = Callable[[Msg], None]
_PLAIN = b"NATS/1.0\r\n"
_CRLF = b"\r\n"
_MUCH_BYTES = 1 << 20
"""Unwritten: from here on the library's flusher waits for the socket."""


class FastClient(Client):
    def __init__(self) -> None:
        super().__init__()
        self._ps = _FastParser(self)
        self._notes: dict[int, Note] = {}
        self._due = False

    def attend(self, subscription: Subscription, note: Note) -> None:
        """Have each message of a subscription noted as it is read, instead of queued. `note` must not wait."""
        self._notes[subscription._id] = note  # noqa: SLF001  the library's own name for it

    async def _process_msg(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes) -> None:
        note = self._notes.get(sid)
        if note is None or sid not in self._subs:
            self._notes.pop(sid, None)
            await super()._process_msg(sid, subject, reply, data, headers)
            return
        self.stats["in_msgs"] += 1
        self.stats["in_bytes"] += len(data)
        told = _headers(headers) if headers.startswith(_PLAIN) else await self._process_headers(headers)
        try:
            note(Msg(_client=self, subject=subject.decode(), reply=reply.decode(), data=data, headers=told, _sid=sid))
        except Exception as error:  # noqa: BLE001  one message must not end the reading of all others
            await self._error_cb(error)

    async def publish(
        self, subject: str, payload: bytes = b"", reply: str = "", headers: dict[str, str] | None = None
    ) -> None:
        """As the library does, which is left to refuse what it would refuse, and to wait where it would wait."""
        lines = [f"{name}: {value}\r\n" for name, value in headers.items()] if headers else []
        size = len(payload)
        plain = (
            self.is_connected
            and not self.is_draining_pubs
            and size <= self._max_payload
            and self._pending_data_size + size < self._max_pending_size
            and _one_word(subject)
            and (not reply or _one_word(reply))
            and all(line.isascii() and line[:-2].isprintable() for line in lines)
            and not any(" " in name or ":" in name or not name for name in headers or ())
        )
        if not plain:
            await super().publish(subject, payload, reply, headers)
            return
        if lines:
            head = f"NATS/1.0\r\n{''.join(lines)}\r\n".encode()
            command = f"HPUB {subject} {reply} {len(head)} {len(head) + size}\r\n".encode() + head
        else:
            command = f"PUB {subject} {reply} {size}\r\n".encode()
        self._pending += (command, payload, _CRLF)
        self._pending_data_size += len(command) + size + 2
        self.stats["out_msgs"] += 1
        self.stats["out_bytes"] += size
        await self._flush_pending()

    async def _flush_pending(self, force_flush: bool = False) -> None:
        """Write at the end of this turn of the loop; while the socket takes nothing, leave it to the library."""
        if force_flush or not self.is_connected or self._unwritten() > _MUCH_BYTES:
            await super()._flush_pending(force_flush)
        elif not self._due:
            self._due = True
            asyncio.get_running_loop().call_soon(self._write)

    async def flush(self, timeout: int = DEFAULT_FLUSH_TIMEOUT) -> None:  # noqa: ASYNC109  the library's signature
        """What was sent before has arrived. The library alone asks ahead of what still waits to be written."""
        self._write()
        await super().flush(timeout)

    def _unwritten(self) -> int:
        """Bytes that the socket has not taken yet."""
        writer = getattr(self._transport, "_io_writer", None)
        return int(writer.transport.get_write_buffer_size()) if writer is not None else 0

    def _write(self) -> None:
        self._due = False
        if not self.is_connected or not self._pending or self._transport is None:
            return  # what waits goes out when the connection is back
        try:
            self._transport.writelines(self._pending)
        except (OSError, RuntimeError):
            return  # the reader meets it too, and reconnects
        self._pending: list[bytes] = []
        self._pending_data_size = 0


def _one_word(subject: str) -> bool:
    return subject.isascii() and subject.isprintable() and " " not in subject and subject != ""


def _headers(raw: bytes) -> dict[str, str]:
    out: dict[str, str] = {}
    for line in raw[len(_PLAIN) :].decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            out[name.strip()] = value.strip()
    return out


class _FastParser(Parser):
    """Reads whole messages by splitting; leaves everything else to the library, line by line."""

    def reset(self) -> None:
        """For a new connection: nothing of the old one may be read any more."""
        super().reset()
        self._life = getattr(self, "_life", 0) + 1

    async def parse(self, data: bytes = b"") -> None:
        if self.buf:
            data = bytes(self.buf) + data
            self.buf = bytearray()
        life, at = self._life, 0
        try:
            while (after := await self._one(data, at)) > at and self._life == life:
                at = after
        except (ValueError, IndexError) as error:
            raise ProtocolError("nats: malformed MSG") from error
        if self._life == life:
            self.buf = bytearray(data[at:])
            self.state = AWAITING_CONTROL_LINE

    async def _one(self, data: bytes, at: int) -> int:
        """Read one line, or one message, and give where it ends; `at` when it is not all here."""
        line_end = data.find(_CRLF, at)
        if line_end < 0:
            return at
        body = line_end + 2
        words = data[at:line_end].split()
        if not words or words[0] not in {b"MSG", b"HMSG"}:
            self.buf = bytearray(data[at:body])
            await super().parse()
            return body
        end = body + int(words[-1])
        if end + 2 > len(data):
            return at
        if words[0] == b"MSG":
            reply = words[3] if len(words) == 5 else b""  # noqa: PLR2004  subject, sid, [reply,] size
            taken = (data[body:end], b"")
        else:
            cut = body + int(words[-2])
            reply = words[3] if len(words) == 6 else b""  # noqa: PLR2004  subject, sid, [reply,] header size, size
            taken = (data[cut:end], data[body:cut])
        await self.nc._process_msg(int(words[2]), words[1], reply, *taken)  # noqa: SLF001  as the library's parser does
        return end + 2


async def subscribe(nc: Client, subject: str, note: Note) -> Subscription:
    """Have each message of a subject noted: at once where the client can, through the library's queue elsewhere."""

    async def queued(msg: Msg) -> None:
        note(msg)

    # no limit: everything that comes was asked for, and one dropped would be a hole in what is read
    subscription = await nc.subscribe(subject, cb=queued, pending_msgs_limit=0, pending_bytes_limit=0)
    if isinstance(nc, FastClient):
        nc.attend(subscription, note)
    return subscription
