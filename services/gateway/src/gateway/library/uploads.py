"""Uploads that were announced and are not yet complete."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.library import tables


@dataclass(frozen=True)
class Upload:
    id: str
    """Also that of the asset it becomes."""
    user_id: str
    project_id: str
    filename: str
    mime: str
    bytes: int
    created_at: datetime
    sha256: str | None = None
    """That was announced."""
    multipart: str | None = None
    """The store's id, where it comes in parts."""

    @property
    def key(self) -> str:
        return f"uploads/{self.id}"


class Uploads:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def announce(self, upload: Upload) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(insert(tables.uploads).values(**vars(upload)).on_conflict_do_nothing())

    async def find(self, user: str, id_: str) -> Upload | None:
        uploads = tables.uploads
        async with self._engine.connect() as connection:
            found = await connection.execute(select(uploads).where(uploads.c.id == id_, uploads.c.user_id == user))
            row = found.first()
        return Upload(**row._mapping) if row is not None else None  # noqa: SLF001  its public name

    async def forget(self, id_: str) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(delete(tables.uploads).where(tables.uploads.c.id == id_))
