"""Pages of a list: newest first, from an opaque cursor."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Column, Select, tuple_

MAX_LIMIT = 100


class BadCursor(ValueError):
    """It is none that was handed out."""


@dataclass(frozen=True)
class Page:
    """What was asked for."""

    limit: int = 20
    cursor: str | None = None

    def key(self) -> tuple[int, str] | None:
        """Where the page begins.

        Raises:
            BadCursor: made up.
        """
        if self.cursor is None:
            return None
        try:
            position, id_ = from_json(base64.urlsafe_b64decode(self.cursor.encode("ascii") + b"=="))
        except (ValueError, TypeError, binascii.Error) as error:
            raise BadCursor("the cursor is none that was handed out") from error
        if type(position) is not int or type(id_) is not str or not 0 <= position < 2**63 or "\x00" in id_:
            raise BadCursor("the cursor is none that was handed out")
        return position, id_

    @staticmethod
    def behind(position: int, id_: str) -> str:
        """The cursor of what comes after an item."""
        return cursor_at(position, id_)


def cursor_at(position: int, id_: str) -> str:
    return base64.urlsafe_b64encode(to_json([position, id_])).rstrip(b"=").decode()


def paged(query: Select[Any], page: Page, position: Column[int], id_: Column[str]) -> Select[Any]:
    """One row more than the page holds, so that it is known whether there is another."""
    key = page.key()
    if key is not None:
        query = query.where(tuple_(position, id_) < tuple_(*key))
    return query.order_by(position.desc(), id_.desc()).limit(page.limit + 1)


def newest(select: str, page: Page, conditions: list[str], args: list[Any]) -> str:
    """As `paged`, in plain SQL. Conditions name their values by number; those of the cursor are added to `args`."""
    key = page.key()
    if key is not None:
        args += key
        conditions = [*conditions, f"(position, id) < (${len(args) - 1}, ${len(args)})"]
    return f"{select} WHERE {' AND '.join(conditions)} ORDER BY position DESC, id DESC LIMIT {page.limit + 1}"
