"""Looks at a stranger's video or sound in a child process that may use only so much time and memory.

A decoder that hangs, swells or falls over takes no service with it.
"""

import asyncio
import json
import resource
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kit.filming import Film, FilmLimits, NotAFilm

_AT_ONCE = 2
_REFUSED = 3
_TOO_MUCH = "it takes more time or memory to read than is allowed; send a shorter or smaller one"


@dataclass(frozen=True)
class Screening:
    """Looks at few at once."""

    limits: FilmLimits = field(default_factory=FilmLimits)
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def look(self, path: Path, folder: Path) -> Film:
        """As `films.look`.

        Raises:
            NotAFilm: also when it took too much.
        """
        async with self.turns:
            code, told = await self._child(path, folder)
        film = _answer(code, told)
        return Film(**{**film, "codecs": tuple(film["codecs"])})

    async def stills(self, path: Path, folder: Path, count: int) -> list[Path]:
        """As `films.stills`.

        Raises:
            NotAFilm: also when it took too much.
        """
        async with self.turns:
            code, told = await self._child(path, folder, count)
        return [folder / name for name in _answer(code, told)]

    async def _child(self, path: Path, folder: Path, stills: int = 0) -> tuple[int, bytes]:
        words = (str(path), str(folder), json.dumps(asdict(self.limits)), str(stills))
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-m", "kit.confined", *words),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
        )
        try:
            async with asyncio.timeout(self.limits.wall_s):
                told, _ = await child.communicate()
        except TimeoutError as error:
            raise NotAFilm("too-much-work", _TOO_MUCH) from error
        finally:
            if child.returncode is None:
                child.kill()
                await asyncio.shield(child.wait())
        return child.returncode or 0, told


def _answer(code: int, told: bytes) -> Any:
    if code == 0:
        return json.loads(told)
    if code == _REFUSED:
        kind, message = json.loads(told)
        raise NotAFilm(kind, message)
    raise NotAFilm("too-much-work", _TOO_MUCH)


def main(path: str, folder: str, told: str, stills: str = "0") -> int:
    limits = FilmLimits(**json.loads(told))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.bytes * 2, limits.bytes * 2))
    from kit import films  # noqa: PLC0415  within the limits, and never in a service's process

    try:
        if int(stills):
            answer: Any = films.stills(Path(path), Path(folder), int(stills), limits)
        else:
            answer = asdict(films.look(Path(path), Path(folder), limits))
    except NotAFilm as error:
        sys.stdout.write(json.dumps([error.kind, str(error)]))
        return _REFUSED
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
