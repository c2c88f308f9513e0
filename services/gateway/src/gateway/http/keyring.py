"""Where workers ask for the key of an account. Nothing of this is in the API: they show a token of their own."""

import hmac
import ipaddress
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from gateway.desk import Desk
from gateway.http.asking import TheDesk, answer
from gateway.http.bodies import Strict
from gateway.http.body import StrictRoute
from gateway.http.problems import Problem, not_found
from kit.errors import NotConfigured, Unreadable

router = APIRouter(prefix="/internal/accounts", route_class=StrictRoute, include_in_schema=False)


class Checked(Strict):
    error: Literal["auth", "billing", "quota_exhausted"] | None = None


async def the_worker(request: Request, desk: TheDesk) -> Desk:
    """Raise unless a worker asks, and nobody can listen."""
    token = desk.bounds.worker_token
    if token is None:
        raise Problem(404, "not-found", f"There is nothing at {request.url.path[:200]}.")
    if not (request.url.scheme == "https" or desk.bounds.keys_over_http or _from_here(request)):
        detail = "Keys are not handed out over plain http: use https, or set GROOVE_WORKER_KEYS_OVER_HTTP=true."
        raise Problem(403, "plain-http", detail)
    kind, _, said = request.headers.get("authorization", "").partition(" ")
    same = hmac.compare_digest(said.strip().encode(), token.get_secret_value().encode())
    if kind.lower() != "bearer" or not same:
        raise Problem(401, "not-signed-in", "That is no worker's token.", headers={"WWW-Authenticate": "Bearer"})
    return desk


def _from_here(request: Request) -> bool:
    if request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


_TheWorkers = Annotated[Desk, Depends(the_worker)]


@router.get("/{user_id}/{name}/key")
async def get_key(user_id: str, name: str, desk: _TheWorkers) -> Response:
    try:
        opened = await desk.accounts.open(user_id, name)
    except (NotConfigured, Unreadable) as error:
        raise Problem(409, "cannot-be-opened", str(error)) from error
    if opened is None:
        raise not_found("account")
    account = opened.account
    shown = {"provider": account.provider, "base": account.base, "key": opened.key.get_secret_value()}
    return answer(shown, cache_control="no-store")


@router.post("/{user_id}/{name}/checked", status_code=204)
async def note_check(user_id: str, name: str, body: Checked, desk: _TheWorkers) -> Response:
    await desk.accounts.checked(user_id, name, body.error)
    return Response(status_code=204)
