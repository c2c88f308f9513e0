"""The canvas as it was built: read from its directory once, kept in memory, and read again when it is built anew."""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

INDEX = "index.html"
ASSETS = "assets"
"""What lies there carries a hash of its content in its name: it never changes."""
_PACKED = {".br": "br", ".gz": "gzip"}
"""How the build packs a file, by what is added to its name; the best first."""
_MIMES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class File:
    body: bytes = field(repr=False)
    mime: str
    sha256: str
    packed: Mapping[str, bytes] = field(repr=False)
    """By content coding; the best first."""


class Canvas:
    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self._built: tuple[int, int] | None = None
        self._files: Mapping[str, File] = {}

    def find(self, path: str) -> File | None:
        """What lies at that path, relative to the directory. None: no such file, or nothing was built yet."""
        self._look()
        return self._files.get(path)

    def _look(self) -> None:
        if self._directory is None:
            return
        try:
            stat = (self._directory / INDEX).stat()
            built = (stat.st_mtime_ns, stat.st_ino)
            if built == self._built:
                return
            files = dict(_read(self._directory))
        except OSError as error:  # it is being built, or was removed: what was read before goes on being served
            log.debug("no build of the canvas", extra={"error": str(error)})
            return
        # a page of the build before, still open somewhere, may yet ask for its parts
        before = {path: file for path, file in self._files.items() if path.startswith(f"{ASSETS}/")}
        self._files, self._built = {**before, **files}, built
        log.info("the canvas was read", extra={"files": len(files), "bytes": sum(len(f.body) for f in files.values())})


def _read(directory: Path) -> Mapping[str, File]:
    found = {path.relative_to(directory): path for path in sorted(directory.rglob("*")) if path.is_file()}
    return {str(PurePosixPath(name)): _file(path) for name, path in found.items() if name.suffix not in _PACKED}


def _file(path: Path) -> File:
    body = path.read_bytes()
    beside = {coding: path.with_name(path.name + suffix) for suffix, coding in _PACKED.items()}
    packed = {coding: file.read_bytes() for coding, file in beside.items() if file.is_file()}
    mime = _MIMES.get(path.suffix, "application/octet-stream")
    return File(body, mime, hashlib.sha256(body).hexdigest(), packed)
