"""What was recorded of a real installation, as lines of text that say nothing of the machine they come from."""

import asyncio
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from contracts.subjects import Subjects
from kit.log_jetstream import JetStreamLog
from kit.nats import connect
from kit.record import Record
from kit.register import JetStreamRegister

PREFIX = "groove"
_PATIENCE_S = 30.0
_BETWEEN_LOOKS_S = 0.05


class Recorder:
    """Reads the log of one installation, from one moment of quiet to the next."""

    def __init__(self, nats_url: str, prefix: str) -> None:
        self._url = nats_url
        self._subjects = Subjects(prefix)

    def position(self) -> int:
        """The last sequence, once nothing is left to do in any run.

        Raises:
            TimeoutError: something is.
        """
        return asyncio.run(self._settled())

    def since(self, position: int) -> list[str]:
        """What was recorded after a position, once nothing is left to do: one line each."""
        return [self._line(record) for record in asyncio.run(self._read(position))]

    async def _settled(self) -> int:
        nc = await connect(self._url, "recorder")
        try:
            open_runs = JetStreamRegister(nc, self._subjects.open_runs)
            for _ in range(round(_PATIENCE_S / _BETWEEN_LOOKS_S)):
                if not await open_runs.list():
                    return await JetStreamLog(nc, self._subjects.log).last_seq()
                await asyncio.sleep(_BETWEEN_LOOKS_S)
            raise TimeoutError("a run does not come to rest")
        finally:
            await nc.close()

    async def _read(self, after: int) -> list[Record]:
        await self._settled()
        nc = await connect(self._url, "recorder")
        try:
            return await JetStreamLog(nc, self._subjects.log).read(after=after)
        finally:
            await nc.close()

    def _line(self, record: Record) -> str:
        line = {
            "seq": record.seq,
            "subject": record.subject,
            "id": record.id,
            "time": record.time.isoformat(),
            "body": json.loads(record.data),
        }
        mine, theirs = f'"{self._subjects.prefix}.', f'"{PREFIX}.'
        return json.dumps(line, separators=(",", ":"), ensure_ascii=False).replace(mine, theirs)


def records(file: Path) -> list[Record]:
    """A recording, as a log would give it."""
    return [_record(json.loads(line)) for line in file.read_text().splitlines()]


def _record(line: dict[str, Any]) -> Record:
    body = json.dumps(line["body"], separators=(",", ":"), ensure_ascii=False).encode()
    return Record(line["seq"], line["subject"], line["id"], {}, body, datetime.fromisoformat(line["time"]))


def keep(file: Path, lines: Iterable[str]) -> None:
    """Write what is not there yet: a recording is never changed.

    Raises:
        FileExistsError: it is there.
    """
    with file.open("x") as out:
        out.writelines(f"{line}\n" for line in lines)
