"""Reading Server-Sent Events. Lines end at CR, LF or CRLF and nowhere else: a text may hold U+2028."""

import codecs
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator

from groove.shapes import Event

_END = re.compile(r"\r\n|\n|\r")


async def read_events(chunks: AsyncIterator[bytes]) -> AsyncGenerator[Event, None]:
    """The events of a body. One that is cut off in the middle is not given: it comes again."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    fields: dict[str, list[str]] = {}
    rest = ""
    async for chunk in chunks:
        *lines, rest = _split(rest + decoder.decode(chunk))
        for line in lines:
            if line:
                name, _, value = line.partition(":")
                fields.setdefault(name, []).append(value.removeprefix(" "))
                continue
            if "data" in fields:
                yield _event(fields)
            fields = {}


def _split(text: str) -> Iterator[str]:
    """Complete lines, then what is left. A CR at the very end may be half of a CRLF: it is left."""
    held = "\r" if text.endswith("\r") else ""
    *lines, rest = _END.split(text.removesuffix("\r") if held else text)
    yield from lines
    yield rest + held


def _event(fields: dict[str, list[str]]) -> Event:
    number = fields.get("id", [""])[-1]
    data = json.loads("\n".join(fields["data"]))
    return Event(int(number) if number.isdigit() else None, fields.get("event", ["message"])[-1], data)
