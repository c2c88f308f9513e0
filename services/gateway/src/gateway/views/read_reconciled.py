"""What was charged against what providers are known to have taken."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.database import rows

Json = dict[str, Any]
MOST = 200_000
"""Attempts that one report is made from."""
_COSTS = """
SELECT c.run_id, c.node_id, c.provider, c.model, c.state, c.cost, c.basis, (c.at AT TIME ZONE 'UTC')::date AS day,
       c.at >= $1 AND c.at < $2 AS inside, n.state = 'in_doubt' AS doubtful
FROM views.provider_costs AS c
LEFT JOIN views.execution_nodes AS n ON n.run_id = c.run_id AND n.node_id = c.node_id
WHERE (c.run_id, c.node_id) IN (SELECT run_id, node_id FROM views.provider_costs WHERE at >= $1 AND at < $2)
ORDER BY c.position LIMIT $3
"""
_CHARGES = """
SELECT l.run_id, c->>'node_id' AS node_id, (c->>'cost')::bigint AS cost
FROM (SELECT DISTINCT ON (run_id) run_id, charges FROM views.credit_entries
      WHERE type = 'capture' AND run_id = ANY($1) ORDER BY run_id, position DESC) AS l,
     jsonb_array_elements(l.charges) AS c
"""
_KNOWN = "SELECT DISTINCT run_id FROM views.credit_entries WHERE run_id = ANY($1)"
_UNREPORTED = """
SELECT c->>'provider' AS provider, c->>'model' AS model, (c->>'cost')::bigint AS cost, l.day
FROM (SELECT DISTINCT ON (run_id) run_id, charges, (at AT TIME ZONE 'UTC')::date AS day FROM views.credit_entries
      WHERE type = 'capture' AND at >= $1 AND at < $2 ORDER BY run_id, position DESC) AS l,
     jsonb_array_elements(l.charges) AS c
WHERE NOT EXISTS (SELECT 1 FROM views.provider_costs AS p WHERE p.run_id = l.run_id AND p.node_id = c->>'node_id')
"""


@dataclass
class _Line:
    calls: int = 0
    in_doubt: int = 0
    captured: int = 0
    open: int = 0
    uncharged: int = 0
    by_basis: dict[str, int] = field(default_factory=lambda: {"reported": 0, "computed": 0, "estimated": 0, "free": 0})

    def shown(self) -> Json:
        taken = sum(self.by_basis.values())
        return {
            "calls": self.calls,
            "captured": self.captured,
            "open": self.open,
            "uncharged": self.uncharged,
            "reported": self.by_basis["reported"],
            "computed": self.by_basis["computed"],
            "estimated": self.by_basis["estimated"],
            "difference": self.captured + self.open + self.uncharged - taken,
            "in_doubt": self.in_doubt,
        }


class Reconciled:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def between(self, first: datetime, end: datetime) -> list[Json] | None:
        """By day (UTC), provider and model. None: too much for one report."""
        costs = await rows(self._engine, _COSTS, first, end, MOST + 1)
        if len(costs) > MOST:
            return None
        runs = list({row["run_id"] for row in costs})
        charges = {(row["run_id"], row["node_id"]): row["cost"] for row in await rows(self._engine, _CHARGES, runs)}
        settled = {run for run, _ in charges}
        known = {row["run_id"] for row in await rows(self._engine, _KNOWN, runs)}
        lines: dict[tuple[date, str, str], _Line] = defaultdict(_Line)
        newest = {(row["run_id"], row["node_id"]): number for number, row in enumerate(costs)}
        for number, row in enumerate(costs):
            node = (row["run_id"], row["node_id"])
            left = charges.get(node, 0)
            taken = left if newest[node] == number else min(left, row["cost"])
            charges[node] = left - taken
            if row["inside"]:
                line = lines[row["day"], row["provider"], row["model"]]
                _add(line, row, taken)
                if row["run_id"] not in settled:
                    line.open += row["cost"] if row["run_id"] in known else 0
                    line.uncharged += 0 if row["run_id"] in known else row["cost"]
        for row in await rows(self._engine, _UNREPORTED, first, end):
            lines[row["day"], row["provider"], row["model"]].captured += row["cost"]
        return [
            {"day": day, "provider": provider, "model": model, **line.shown()}
            for (day, provider, model), line in sorted(lines.items(), key=lambda one: one[0])
        ]


def _add(line: _Line, row: Any, taken: int) -> None:
    line.calls += 1
    line.captured += taken
    line.by_basis[row["basis"]] += row["cost"]
    line.in_doubt += bool(row["state"] == "InDoubt" and row["doubtful"])
