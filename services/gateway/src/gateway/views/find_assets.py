"""Media by what they are called, tagged and were made from; newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.views import tables
from gateway.views.paging import Page, cursor_at
from gateway.views.words import asked

_HAS_WORDS = "search @@ to_tsquery('simple', :asked)"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LAST = (datetime(9999, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND


@dataclass(frozen=True)
class AssetFilter:
    text: str | None = None
    """Words, or how they begin, of the name, the tags or the prompt that made it: all of them must be there."""
    type: str | None = None
    tag: str | None = None
    project_id: str | None = None
    source: str | None = None
    model: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    state: Literal["there", "deleted"] = "there"


class Finder:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(self, user: str, page: Page, only: AssetFilter) -> tuple[list[Row[Any]], str | None]:
        assets = tables.assets
        created, id_ = assets.c.created_at, assets.c.id
        query = select(assets).where(assets.c.user_id == user, assets.c.type != "text", *_conditions(only))
        key = page.key()
        if key is not None:
            query = query.where(tuple_(created, id_) < tuple_(_time(key[0]), key[1]))
        async with self._engine.connect() as connection:
            rows = list(await connection.execute(query.order_by(created.desc(), id_.desc()).limit(page.limit + 1)))
        here = rows[: page.limit]
        return here, cursor_at(_micros(here[-1].created_at), here[-1].id) if len(rows) > page.limit else None


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _time(micros: int) -> datetime:
    return _EPOCH + min(micros, _LAST) * _MICROSECOND


def _conditions(only: AssetFilter) -> Iterator[ColumnElement[bool]]:
    c = tables.assets.c
    yield c.deleted_at.is_(None) if only.state == "there" else c.deleted_at.is_not(None)
    for column, value in (
        (c.type, only.type),
        (c.project_id, only.project_id),
        (c.source, only.source),
        (c.model, only.model),
    ):
        if value is not None:
            yield column == value
    if only.tag is not None:
        yield c.tags.has_key(only.tag)
    if only.created_after is not None:
        yield c.created_at >= only.created_after
    if only.created_before is not None:
        yield c.created_at < only.created_before
    if only.text is not None:
        wanted = asked(only.text)
        yield text(_HAS_WORDS).bindparams(asked=wanted) if wanted else text("false")  # type: ignore[misc]  # as a condition
