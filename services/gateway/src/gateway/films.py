"""Videos and sounds that were uploaded: looked at in a child process, and stored with pictures of them."""

import asyncio
import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory

from contracts.base import AssetId
from contracts.values import MediaValue
from gateway.desk import Desk
from gateway.library.uploads import Upload
from kit.filming import NotAFilm
from kit.media import fingerprint

_PICTURES = {"thumb": "thumbs", "poster": "posters", "preview": "previews"}
"""What is made of a film, and the folder of the store where it lies under the digest of the film."""


async def keep_film(desk: Desk, upload: Upload) -> tuple[MediaValue, str | None]:
    """Store it under its digest, and give its value, with the fingerprint of its poster. What is refused is not stored.

    Raises:
        NotAFilm: it cannot be taken.
    """
    with TemporaryDirectory(prefix="groove-film-") as folder:
        made, path = Path(folder), Path(folder) / "upload"
        await _fetch(desk, upload.key, path)
        if upload.sha256 not in {None, (await asyncio.to_thread(_digest, path))[0]}:
            raise NotAFilm("not-what-it-says", "it is not the file with the SHA-256 that was announced")
        film = await desk.screening.look(path, made)
        if film.mime != upload.mime:
            raise NotAFilm("not-what-it-says", f"it was announced as {upload.mime}, but it is {film.mime}")
        if film.cleaned:
            path = made / "clean"
        sha256, size = await asyncio.to_thread(_digest, path)
        for name, kept in _PICTURES.items():
            picture = made / f"{name}.webp"
            if await asyncio.to_thread(picture.exists):
                await desk.objects.put(f"{kept}/{sha256}.webp", picture, "image/webp")
        await desk.objects.put(f"objects/{sha256}", path, film.mime)
        poster = made / "poster.webp"
        looks = await asyncio.to_thread(lambda: fingerprint(poster.read_bytes())) if film.type == "video" else None
    value = MediaValue(
        type=film.type,
        asset_id=AssetId(upload.id),
        sha256=sha256,
        mime=film.mime,
        bytes=size,
        width=film.width,
        height=film.height,
        duration_s=film.duration_s,
    )
    return value, looks


async def _fetch(desk: Desk, key: str, path: Path) -> None:
    with path.open("wb") as file:
        async for chunk in await desk.objects.stream(key):
            await asyncio.to_thread(file.write, chunk)


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size
