"""Makes deliveries of facts: each fact once for each endpoint that wants it, by position."""

from datetime import datetime
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Row, Select, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from contracts.base import MAX_EVENTS_PER_DECISION, position
from gateway.library.webhook_tables import deliveries, reading, webhooks
from gateway.views import tables
from kit.clock import Clock
from kit.ids import named_id

RUN_EVENTS = (
    "execution_started",
    "execution_completed",
    "execution_failed",
    "execution_cancelled",
    "execution_resumed",
    "node_completed",
    "node_failed",
    "node_in_doubt",
)
ASSET_ADDED = "asset_added"
EVENTS = (*RUN_EVENTS, ASSET_ADDED)
_NAME = "facts"
_MESSAGES = 5_000
"""Of the log, at most, in one pass."""
_STATES = {"execution_resumed": "running", "execution_started": "running"}
Json = dict[str, Any]


class Reading:
    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def here(self) -> int:
        """The position up to which the views hold everything."""
        async with self._engine.connect() as connection:
            return await _here(connection)

    async def step(self) -> bool:
        """Read on from where the last pass ended. Deliveries and how far it came are written together, or not at all.

        Gives whether there is more to read.
        """
        async with self._engine.begin() as connection:
            here = await _here(connection)
            query = select(reading.c.position).where(reading.c.name == _NAME).with_for_update(skip_locked=True)
            before = (await connection.execute(query)).scalar_one_or_none()
            if before is None:  # the first pass of an installation; or another gateway is at it
                await connection.execute(insert(reading).values(name=_NAME, position=here).on_conflict_do_nothing())
                return False
            upto = min(here, before + _MESSAGES * MAX_EVENTS_PER_DECISION)
            if upto <= before:
                return False
            made = await self._made(connection, before, upto)
            if made:
                await connection.execute(insert(deliveries).on_conflict_do_nothing(), made)
            await connection.execute(update(reading).where(reading.c.name == _NAME).values(position=upto))
        return bool(upto < here)

    async def _made(self, connection: AsyncConnection, after: int, upto: int) -> list[Json]:
        query = select(webhooks.c.id, webhooks.c.user_id, webhooks.c.events, webhooks.c.since).where(
            webhooks.c.enabled, webhooks.c.disabled_at.is_(None)
        )
        endpoints = (await connection.execute(query)).all()
        if not endpoints:
            return []
        users = list({endpoint.user_id for endpoint in endpoints})
        wanted = {event for endpoint in endpoints for event in endpoint.events}
        now = self._clock()
        made: list[Json] = []
        if wanted & set(RUN_EVENTS):
            for fact in await connection.execute(_run_facts(users, wanted, after, upto)):
                made += _for_each(endpoints, fact, fact.type, f"evt_{fact.position}", _about_run(fact), now)
        if ASSET_ADDED in wanted:
            for fact in await connection.execute(_asset_facts(users, after, upto)):
                event_id = f"evt_{fact.position}_{fact.id}"
                made += _for_each(endpoints, fact, ASSET_ADDED, event_id, _about_asset(fact), now)
        return made


async def _here(connection: AsyncConnection) -> int:
    seq = (await connection.execute(select(tables.checkpoint.c.seq))).scalar_one_or_none()
    return position(seq or 0, MAX_EVENTS_PER_DECISION - 1)


def _run_facts(users: list[str], wanted: set[str], after: int, upto: int) -> Select[Any]:
    told, runs = tables.run_events, tables.executions
    return (
        select(told.c.position, told.c.type, told.c.payload, runs.c.user_id, runs.c.graph_id)
        .join(runs, runs.c.id == told.c.run_id)
        .where(told.c.position > after, told.c.position <= upto, told.c.type.in_(wanted))
        .where(runs.c.user_id.in_(users), or_(runs.c.seq > 0, runs.c.refused))  # imported runs happened elsewhere
        .order_by(told.c.position)
    )


def _asset_facts(users: list[str], after: int, upto: int) -> Select[Any]:
    assets = tables.assets
    return (
        select(assets)
        .where(assets.c.user_id.in_(users), assets.c.position > after, assets.c.position <= upto)
        .order_by(assets.c.position, assets.c.id)
    )


def _for_each(
    endpoints: Any, fact: Row[Any], type_: str, event_id: str, about: tuple[str, Json], now: datetime
) -> list[Json]:
    at, data = about
    payload = message(type_, at, data)
    return [
        delivery(endpoint.id, event_id, type_, payload, now)
        for endpoint in endpoints
        if endpoint.user_id == fact.user_id and type_ in endpoint.events and fact.position > endpoint.since
    ]


def message(type_: str, at: str, data: Json) -> str:
    """The body that is sent: ids and states, never contents."""
    return to_json({"type": type_, "timestamp": at, "data": data}).decode()


def delivery(webhook_id: str, event_id: str, type_: str, payload: str, now: datetime) -> Json:
    return {
        "id": named_id(webhook_id, event_id),
        "webhook_id": webhook_id,
        "event_id": event_id,
        "type": type_,
        "payload": payload,
        "state": "pending",
        "next_at": now,
        "created_at": now,
    }


def _about_run(fact: Row[Any]) -> tuple[str, Json]:
    told = from_json(fact.payload)
    run = told["execution_id"]
    data: Json = {"execution_id": run, "project_id": told["project_id"], "graph_id": fact.graph_id}
    if "node_id" in told and fact.type.startswith("node_"):
        data["node_id"] = told["node_id"]
    data["state"] = _STATES.get(fact.type) or fact.type.partition("_")[2]
    error = told.get("error")
    if isinstance(error, dict) and "kind" in error:
        data["error_kind"] = error["kind"]
    return told["at"], {**data, "position": fact.position, "url": f"/api/executions/{run}"}


def _about_asset(fact: Row[Any]) -> tuple[str, Json]:
    data: Json = {
        "asset_id": fact.id,
        "project_id": fact.project_id,
        "type": fact.type,
        "source": fact.source,
        "execution_id": fact.run_id,
        "node_id": fact.node_id,
        "position": fact.position,
        "url": f"/api/assets/{fact.id}",
    }
    return fact.created_at.isoformat(), data
