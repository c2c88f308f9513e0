"""Cuts strangers' films in child processes that may use only so much time and memory, and that go when nobody waits.

A decoder that hangs, swells or falls over takes no service with it.
"""

import asyncio
import json
import logging
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kit.cutting.orders import CannotCut, Cut, CutLimits, Join, Still

Tell = Callable[[float], Awaitable[None]]
_TOO_MUCH = "This takes more time or memory than is allowed; use fewer, shorter or smaller clips."
_LINE = 1 << 20
_MADE = "made"
_BROKEN = 1
"""How Python ends when it is our own mistake."""
log = logging.getLogger(__name__)


async def _untold(_: float) -> None:
    pass


@dataclass(frozen=True)
class CuttingRoom:
    limits: CutLimits = field(default_factory=CutLimits)

    async def still(self, film: bytes, order: Still) -> Cut:
        """One picture of a film, as PNG.

        Raises:
            CannotCut: with a sentence a person can act on.
        """
        return await self._cut([film], None, {"still": asdict(order)}, _untold)

    async def join(self, films: Sequence[bytes], order: Join, sound: bytes | None = None, tell: Tell = _untold) -> Cut:
        """Films one after the other, as MP4. `tell` is told how much is done. When it is cancelled, the child is gone.

        Raises:
            CannotCut: with a sentence a person can act on.
        """
        if not films:
            raise CannotCut("There is no clip to join.")
        if len(films) > self.limits.clips:
            raise CannotCut(f"At most {self.limits.clips} clips are joined at once; there are {len(films)}.")
        return await self._cut(films, sound, {"join": asdict(order)}, tell)

    async def _cut(self, films: Sequence[bytes], sound: bytes | None, order: dict[str, Any], tell: Tell) -> Cut:
        with tempfile.TemporaryDirectory(prefix="groove-cut-") as name:
            folder = Path(name)
            files = {f"film-{index}": data for index, data in enumerate(films)}
            order |= {"folder": name, "films": list(files), "sound": None, "limits": asdict(self.limits)}
            if sound is not None:
                files["beside"], order["sound"] = sound, "beside"
            await asyncio.to_thread(_write, folder, files)
            facts = await self._told(order, tell)
            data = await asyncio.to_thread((folder / _MADE).read_bytes)
        return Cut(data, facts, tuple(facts.pop("notes", ())))

    async def _told(self, order: dict[str, Any], tell: Tell) -> dict[str, Any]:
        """What the child says at its end."""
        async with _child(order) as child:
            try:
                async with asyncio.timeout(self.limits.wall_s):
                    return await _heard(child, tell)
            except TimeoutError as error:
                raise CannotCut(_TOO_MUCH) from error


async def _heard(child: Process, tell: Tell) -> dict[str, Any]:
    assert child.stdout is not None  # noqa: S101  it was asked for
    assert child.stderr is not None  # noqa: S101
    complaints = asyncio.ensure_future(child.stderr.read())
    try:
        async for line in child.stdout:
            told = json.loads(line)
            if "refused" in told:
                raise CannotCut(told["refused"])
            if "facts" in told:
                return dict(told["facts"])
            await tell(told["done"])
        code = await child.wait()
        text = (await complaints).decode(errors="replace")
        if code == _BROKEN and "MemoryError" not in text:
            raise RuntimeError(f"the cutting room's child ended with an error:\n{text[-4000:]}")
        log.warning("a film took too much", extra={"code": code})
        raise CannotCut(_TOO_MUCH)
    finally:
        complaints.cancel()


@asynccontextmanager
async def _child(order: dict[str, Any]) -> AsyncIterator[Process]:
    """Its input stays open: it ends when that does. Nothing of this process's environment is told to it."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-m", "kit.cutting.child"), stdin=PIPE, stdout=PIPE, stderr=PIPE, env={}, limit=_LINE
    )
    try:
        assert child.stdin is not None  # noqa: S101  it was asked for
        child.stdin.write(json.dumps(order).encode() + b"\n")
        yield child
    finally:
        if child.returncode is None:
            child.kill()
            await asyncio.shield(child.wait())


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).write_bytes(data)
