"""API keys of one's own."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from gateway.http.asking import TheCaller, TheDesk, answer, is_id
from gateway.http.body import StrictRoute
from gateway.http.once import Ids, once
from gateway.http.problems import Problem, invalid, not_found
from gateway.http.shapes import Listed
from gateway.http.shapes_who import KeyShape, NewKey, NewKeyShape
from gateway.library.acts import Thing
from gateway.library.people import Key

router = APIRouter(prefix="/api/keys", tags=["people"], route_class=StrictRoute)
_MOST = 100


def _show(key: Key) -> dict[str, Any]:
    return {name: value for name, value in vars(key).items() if name != "user_id"}


@router.get("", response_model=Listed[KeyShape])
async def list_keys(desk: TheDesk, caller: TheCaller) -> Response:
    """All of one's own, the newest first; also those that are over."""
    return answer({"items": [_show(key) for key in await desk.who.people.keys(caller.user_id)], "next_cursor": None})


@router.post("", status_code=201, response_model=NewKeyShape)
async def make_key(body: NewKey, desk: TheDesk, caller: TheCaller) -> Response:
    """The key is in this answer and never shown again. A key can make none that may do more than itself."""
    if body.expires_at is not None and body.expires_at <= desk.clock():
        raise invalid(["body", "expires_at"], "That time has passed.")
    if "admin" in body.scopes and not caller.admin:
        raise invalid(["body", "scopes"], "Only an admin can make a key with the scope `admin`.")
    people = desk.who.people
    there = [key for key in await people.keys(caller.user_id) if key.revoked_at is None]
    if len(there) >= _MOST:
        raise Problem(409, "too-many-keys", f"There are {_MOST} keys already: revoke one that is not needed.")
    own = next((key for key in there if key.id == caller.key_id), None)
    until = body.expires_at
    if own is not None and own.expires_at is not None:
        until = min(until or own.expires_at, own.expires_at)
    key, secret = await people.make_key(caller.user_id, body.name, body.scopes, until)
    await desk.acts.note(caller, "key.created", Thing("key", key.id, body.name), ", ".join(body.scopes))
    response = answer({**_show(key), "key": secret}, 201, location=f"/api/keys/{key.id}")
    response.headers["cache-control"] = "no-store"
    return response


@router.delete("/{key_id}", status_code=204)
async def revoke_key(key_id: str, request: Request, desk: TheDesk, caller: TheCaller) -> Response:
    """Within seconds it opens nothing any more, nor does any session that was opened with it. Safe to repeat."""

    async def work(_: Ids) -> Response:
        if not is_id(key_id) or not await desk.who.people.revoke(caller.user_id, key_id):
            raise not_found("key")
        desk.who.signin.forget()
        await desk.acts.note(caller, "key.revoked", Thing("key", key_id))
        return Response(status_code=204)

    return await once(request, desk, caller.user_id, work)
