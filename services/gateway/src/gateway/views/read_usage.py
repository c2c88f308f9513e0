"""What such calls have cost before."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.database import rows

ENOUGH = 5
_RECENT = 2_000
_USAGE = """
SELECT provider, model, type, count(*) AS calls,
       percentile_cont(ARRAY[0.1, 0.5, 1.0]) WITHIN GROUP (ORDER BY each) AS at
FROM (
  SELECT g.provider, g.model, g.type,
         g.cost::float8 / greatest(1, (SELECT sum(jsonb_array_length(o.value)) FROM jsonb_each(g.outputs) AS o)) AS each
  FROM (SELECT * FROM views.generations WHERE user_id = $1 AND project_id = $2 ORDER BY position DESC LIMIT $3) AS g
  WHERE g.cost > 0 AND g.cost_basis IN ('reported', 'computed')
) AS costs GROUP BY provider, model, type HAVING count(*) >= $4
"""


@dataclass(frozen=True)
class Usage:
    """Micro-credits per result."""

    calls: int
    low: float
    median: float
    most: float


class Usages:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of(self, user: str, project: str) -> dict[tuple[str, str, str], Usage]:
        """By provider, model and operation, where there are enough of them in a project."""
        found = await rows(self._engine, _USAGE, user, project, _RECENT, ENOUGH)
        return {(row["provider"], row["model"], row["type"]): Usage(row["calls"], *row["at"]) for row in found}
