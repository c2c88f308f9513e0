"""A statement as a table that any spreadsheet opens, and that makes none of them do anything."""

import csv
import io
from datetime import date
from typing import Any

from gateway.views.read_credits import Statement

MOST = 50_000
"""Entries of one statement."""
_COLUMNS = ("at", "type", "description", "execution", "project", "amount", "balance")
_STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula."""


def csv_of(statement: Statement, first: date, last: date) -> str:
    """Amounts in credits, with all six digits."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(_COLUMNS)
    table.writerow((f"{first}", "opening", "", "", "", "", credits_of(statement.opening)))
    for one in statement.entries:
        table.writerow(
            (
                one["at"].isoformat(),
                one["type"],
                harmless(_described(one)),
                harmless(one["execution_id"] or ""),
                harmless(one["project_id"] or ""),
                credits_of(one["amount"]),
                credits_of(one["balance"]),
            )
        )
    table.writerow((f"{last}", "closing", "", "", "", "", credits_of(statement.closing)))
    return out.getvalue()


def _described(one: dict[str, Any]) -> str:
    return f"cost: {one['basis']}" if one["type"] == "capture" else one["reason"]


def harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_STARTERS) else text


def credits_of(amount: int) -> str:
    whole, rest = divmod(abs(amount), 1_000_000)
    return f"{'-' if amount < 0 else ''}{whole}.{rest:06}"
