"""A browser signs in with a key or a token, and has a cookie from then on."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from gateway.http.asking import TheDesk, answer, the_caller
from gateway.http.body import StrictRoute
from gateway.http.problems import Problem
from gateway.http.shapes_who import SessionShape
from gateway.users import Caller
from gateway.who.sessions import COOKIE

router = APIRouter(prefix="/api/session", tags=["people"], route_class=StrictRoute)


async def _shown(request: Request) -> Caller:
    """Who has just shown a key or a token; also one that may only read."""
    if "authorization" not in request.headers:
        detail = "Send an API key or a token as `Authorization: Bearer ...` to open a session with it."
        raise Problem(401, "not-signed-in", detail, headers={"WWW-Authenticate": "Bearer"})
    request.scope["method"], method = "GET", request.method
    try:
        return await the_caller(request)
    finally:
        request.scope["method"] = method


@router.post("", response_model=SessionShape)
async def open_session(request: Request, desk: TheDesk, caller: Annotated[Caller, Depends(_shown)]) -> Response:
    """Have a cookie for what the header says: EventSource and WebSocket cannot send headers."""
    signin = desk.who.signin
    if not signin.required:
        return answer({"user_id": caller.user_id, "expires_in_s": 0})
    value, seconds = await signin.session_of(caller, request.headers)
    response = answer({"user_id": caller.user_id, "expires_in_s": seconds})
    secure = request.url.scheme == "https" or request.headers.get("origin", "").startswith("https://")
    response.set_cookie(COOKIE, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=secure)
    return response


@router.delete("", status_code=204)
async def end_session() -> Response:
    """Forget the cookie. Safe to repeat."""
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return response
