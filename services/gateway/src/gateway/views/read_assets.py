"""Media, uploaded and made."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.base import AssetId
from contracts.values import MediaValue
from gateway.views import tables
from gateway.views.values import VARIANTS, media_shown

Json = dict[str, Any]


_ALIKE = text("""
SELECT id FROM (
    SELECT id, created_at, fingerprint FROM views.assets WHERE user_id = :user AND deleted_at IS NULL
    ORDER BY created_at DESC, id DESC LIMIT 10000
) AS newest
WHERE id <> :id AND bit_count((fingerprint # CAST(:fingerprint AS bigint))::bit(64)) <= 6
ORDER BY created_at DESC, id DESC LIMIT 10
""")


class Assets:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def find(self, user: str, asset_id: str, *, deleted: bool = False) -> Row[Any] | None:
        """With `deleted`: only if it was."""
        assets = tables.assets
        async with self._engine.connect() as connection:
            found = await connection.execute(select(assets).where(assets.c.id == asset_id, assets.c.user_id == user))
            row = found.first()
        return row if row is not None and (row.deleted_at is not None) == deleted else None

    async def alike(self, row: Row[Any]) -> list[str]:
        """Others of the same user that look like it, the newest first; of all that there are, the newest are asked."""
        if row.fingerprint is None:
            return []
        asked = {"user": row.user_id, "id": row.id, "fingerprint": row.fingerprint}
        async with self._engine.connect() as connection:
            return list((await connection.execute(_ALIKE, asked)).scalars())

    async def values(self, user: str, ids: Collection[str]) -> dict[str, MediaValue]:
        """Those of these ids that are there and may be seen."""
        if not ids:
            return {}
        assets = tables.assets
        query = select(assets).where(
            assets.c.id.in_(ids), assets.c.user_id == user, assets.c.type != "text", assets.c.deleted_at.is_(None)
        )
        async with self._engine.connect() as connection:
            return {row.id: value_of(row) for row in await connection.execute(query)}


def value_of(row: Row[Any]) -> MediaValue:
    return MediaValue(
        type=row.type,
        asset_id=AssetId(row.id),
        sha256=row.sha256,
        mime=row.mime,
        bytes=row.bytes,
        width=row.width,
        height=row.height,
        duration_s=row.duration_s,
    )


def show(row: Row[Any]) -> Json:
    """As the API gives it: a value, and what is kept about it."""
    shown = media_shown(value_of(row))
    variants = {"original": shown["url"]} | {name: shown[f"{name}_url"] for name in VARIANTS[row.type]}
    return shown | {
        "id": row.id,
        "project_id": row.project_id,
        "name": row.name,
        "tags": row.tags,
        "source": row.source,
        "execution_id": row.run_id,
        "node_id": row.node_id,
        "created_at": row.created_at,
        "prompt": row.prompt,
        "provider": row.provider,
        "model": row.model,
        "deleted_at": row.deleted_at,
        "sync_status": "synced",
        # the providers of this release send bytes, and name neither a place nor an id that lasts
        "remote_url": None,
        "provider_asset_id": None,
        "downloaded_at": row.created_at if row.source == "generated" else None,
        "variants": variants,
    }
