"""Webhooks: who wants to be told what happens, and how that went. Signed as Standard Webhooks says."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic_core import from_json
from sqlalchemy import Row
from starlette.responses import Response

from gateway.desk import Desk
from gateway.http.asking import TheCaller, TheDesk, ThePage, TheUser, answer, is_id
from gateway.http.body import StrictRoute
from gateway.http.once import Ids, once
from gateway.http.problems import Problem, invalid, not_found
from gateway.http.shapes import Listed
from gateway.http.shapes_webhooks import (
    DeliveryShape,
    DeliveryState,
    NewWebhook,
    NewWebhookShape,
    Rotation,
    SecretShape,
    WebhookChange,
    WebhookShape,
    WholeDeliveryShape,
)
from gateway.library.acts import Thing
from gateway.library.webhooks import MOST, NewEndpoint, TooMany
from gateway.webhooks.reading import delivery, message
from kit.fetching import NotFetched
from kit.ids import new_id

router = APIRouter(prefix="/api/webhooks", tags=["webhooks"], route_class=StrictRoute)
Json = dict[str, Any]


def _show(row: Row[Any], desk: Desk) -> Json:
    rotating = row.old_until is not None and row.old_until > desk.clock()
    return {
        "id": row.id,
        "url": row.url,
        "description": row.description,
        "events": row.events,
        "concurrency": row.concurrency,
        "enabled": row.enabled and row.disabled_at is None,
        "failing_since": row.failing_since,
        "disabled_at": row.disabled_at,
        "disabled_reason": row.disabled_reason,
        "secret_rotates_until": row.old_until if rotating else None,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def _show_delivery(row: Row[Any]) -> Json:
    return {
        "id": row.id,
        "event_id": row.event_id,
        "type": row.type,
        "state": row.state,
        "attempts": row.attempts,
        "next_attempt_at": row.next_at if row.state == "pending" else None,
        "last_status": row.last_status,
        "last_error": row.last_error,
        "created_at": row.created_at,
        "delivered_at": row.delivered_at,
    }


async def _the(desk: Desk, user: str, webhook_id: str) -> Row[Any]:
    found = await desk.hooks.telling.webhooks.find(user, webhook_id) if is_id(webhook_id) else None
    if found is None:
        raise not_found("webhook")
    return found


async def _the_delivery(desk: Desk, user: str, webhook_id: str, delivery_id: str) -> Row[Any]:
    await _the(desk, user, webhook_id)
    found = await desk.hooks.telling.deliveries.find(webhook_id, delivery_id) if is_id(delivery_id) else None
    if found is None:
        raise not_found("delivery")
    return found


async def _check(desk: Desk, url: str) -> None:
    try:
        await desk.hooks.telling.sender.check(url)
    except NotFetched as error:
        raise invalid(["body", "url"], str(error), error.kind) from error


def _secret(body: Json, status: int, **headers: str) -> Response:
    return answer(body, status, cache_control="no-store", **headers)


@router.get("", response_model=Listed[WebhookShape])
async def list_webhooks(desk: TheDesk, user: TheUser, page: ThePage) -> Response:
    found, cursor = await desk.hooks.telling.webhooks.page(user, page)
    return answer({"items": [_show(row, desk) for row in found], "next_cursor": cursor})


@router.post("", status_code=201, response_model=NewWebhookShape)
async def create_webhook(body: NewWebhook, desk: TheDesk, user: TheUser, caller: TheCaller) -> Response:
    """Its secret is in this answer and never shown again. What happens from now on is told."""
    await _check(desk, body.url)
    telling, webhook_id = desk.hooks.telling, new_id()
    new = NewEndpoint(webhook_id, body.url, tuple(dict.fromkeys(body.events)), body.description, body.concurrency)
    try:
        secret = await telling.webhooks.create(user, new, await telling.reading.here())
    except TooMany as error:
        raise Problem(409, "too-many-webhooks", f"There are {MOST} webhooks already: remove one.") from error
    await telling.acts.note(caller, "webhook.created", Thing("webhook", webhook_id))
    shown = _show(await _the(desk, user, webhook_id), desk)
    return _secret({**shown, "secret": secret}, 201, location=f"/api/webhooks/{webhook_id}")


@router.get("/{webhook_id}", response_model=WebhookShape)
async def get_webhook(webhook_id: str, desk: TheDesk, user: TheUser) -> Response:
    return answer(_show(await _the(desk, user, webhook_id), desk))


@router.patch("/{webhook_id}", response_model=WebhookShape)
async def change_webhook(
    webhook_id: str, body: WebhookChange, desk: TheDesk, user: TheUser, caller: TheCaller
) -> Response:
    await _the(desk, user, webhook_id)
    changes = {name: value for name, value in body.model_dump().items() if value is not None}
    if body.url is not None:
        await _check(desk, body.url)
    if body.events is not None:
        changes["events"] = list(dict.fromkeys(body.events))
    telling = desk.hooks.telling
    if changes:
        await telling.webhooks.change(user, webhook_id, changes, await telling.reading.here())
        await telling.acts.note(caller, "webhook.changed", Thing("webhook", webhook_id), ", ".join(changes))
    desk.hooks.pump.look()
    return answer(_show(await _the(desk, user, webhook_id), desk))


@router.delete("/{webhook_id}", status_code=204)
async def delete_webhook(webhook_id: str, desk: TheDesk, user: TheUser, caller: TheCaller) -> Response:
    """With its secret, what it was still to be told, and the record of what it was told."""
    await _the(desk, user, webhook_id)
    if await desk.hooks.telling.webhooks.delete(user, webhook_id):
        await desk.hooks.telling.acts.note(caller, "webhook.deleted", Thing("webhook", webhook_id))
    return Response(status_code=204)


@router.post("/{webhook_id}/rotate", response_model=SecretShape)
async def rotate_secret(
    webhook_id: str, desk: TheDesk, user: TheUser, caller: TheCaller, body: Rotation | None = None
) -> Response:
    """A new secret, shown this once. Until the overlap is over, everything is signed with both."""
    overlap = timedelta(hours=(body or Rotation()).overlap_hours)
    telling = desk.hooks.telling
    secret = await telling.webhooks.rotate(user, webhook_id, overlap) if is_id(webhook_id) else None
    if secret is None:
        raise not_found("webhook")
    await telling.acts.note(caller, "webhook.rotated", Thing("webhook", webhook_id))
    row = await _the(desk, user, webhook_id)
    return _secret({"id": webhook_id, "secret": secret, "secret_rotates_until": row.old_until}, 200)


@router.post("/{webhook_id}/test", status_code=202, response_model=DeliveryShape)
async def test_webhook(webhook_id: str, request: Request, desk: TheDesk, user: TheUser) -> Response:
    """Tell it something of type `test`, as anything else is told."""

    async def work(ids: Ids) -> Response:
        row = await _the(desk, user, webhook_id)
        if not row.enabled or row.disabled_at is not None:
            raise Problem(409, "webhook-disabled", "This webhook is disabled. Enable it first.")
        now = desk.clock()
        event_id = f"test_{ids.mint('test')}"
        payload = message("test", now.isoformat(), {"webhook_id": webhook_id, "message": "Hello from Pixel Groove."})
        made = delivery(webhook_id, event_id, "test", payload, now)
        await desk.hooks.telling.deliveries.add(made)
        desk.hooks.pump.look()
        return answer(_show_delivery(await _the_delivery(desk, user, webhook_id, made["id"])), 202)

    return await once(request, desk, user, work)


@router.get("/{webhook_id}/deliveries", response_model=Listed[DeliveryShape])
async def list_deliveries(
    webhook_id: str,
    desk: TheDesk,
    user: TheUser,
    page: ThePage,
    state: DeliveryState | None = None,
    type_: Annotated[str | None, Query(alias="type", max_length=64, description="Only of this event.")] = None,
) -> Response:
    """What it was told, the newest first. Kept for 30 days."""
    await _the(desk, user, webhook_id)
    if type_ is not None and "\x00" in type_:
        raise invalid(["query", "type"], "Text must not contain NUL characters.")
    found, cursor = await desk.hooks.telling.deliveries.page(webhook_id, page, state=state, type_=type_)
    return answer({"items": [_show_delivery(row) for row in found], "next_cursor": cursor})


@router.get("/{webhook_id}/deliveries/{delivery_id}", response_model=WholeDeliveryShape)
async def get_delivery(webhook_id: str, delivery_id: str, desk: TheDesk, user: TheUser) -> Response:
    """With what was sent, and every attempt."""
    row = await _the_delivery(desk, user, webhook_id, delivery_id)
    tried = [
        {name: getattr(one, name) for name in ("number", "at", "duration_ms", "status", "error", "answer")}
        for one in await desk.hooks.telling.deliveries.attempts(delivery_id)
    ]
    return answer({**_show_delivery(row), "payload": from_json(row.payload), "attempted": tried})


@router.post("/{webhook_id}/deliveries/{delivery_id}/replay", status_code=202, response_model=DeliveryShape)
async def replay_delivery(
    webhook_id: str, delivery_id: str, request: Request, desk: TheDesk, user: TheUser
) -> Response:
    """Send it again, now, with the id it had: whoever got it before can tell."""

    async def work(_: Ids) -> Response:
        endpoint = await _the(desk, user, webhook_id)
        await _the_delivery(desk, user, webhook_id, delivery_id)
        if not endpoint.enabled or endpoint.disabled_at is not None:
            raise Problem(409, "webhook-disabled", "This webhook is disabled. Enable it first.")
        await desk.hooks.telling.deliveries.replay(webhook_id, delivery_id)
        desk.hooks.pump.look()
        return answer(_show_delivery(await _the_delivery(desk, user, webhook_id, delivery_id)), 202)

    return await once(request, desk, user, work)
