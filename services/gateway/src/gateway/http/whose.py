"""Who sends a request, and whose things it is about."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection

from contracts.base import UserId
from gateway.desk import Desk
from gateway.http.problems import Problem
from gateway.library.members import Role
from gateway.users import Caller
from gateway.who.access import NAMES, TooLow
from gateway.who.signin import NoKeys, NotSignedIn

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SHARED = (
    "/api/graphs",
    "/api/executions",
    "/api/jobs",
    "/api/assets",
    "/api/characters",
    "/api/projects/",
    "/api/stream",
    "/media/",
)
"""What can lie in a shared project. Everything else is a person's own, whatever the request names."""
_OWNERS_ALONE = frozenset(
    {
        ("DELETE", "/api/projects/{project_id}"),
        ("POST", "/api/projects/{project_id}/restore"),
        ("PUT", "/api/projects/{project_id}/members/{user_id}"),
    }
)


async def known(connection: HTTPConnection, desk: Desk) -> Caller:
    """Raise a problem for nobody, and for nobody who is known."""
    try:
        return await desk.who.signin.caller(connection.headers, connection.cookies)
    except NotSignedIn as error:
        raise Problem(401, "not-signed-in", str(error), headers={"WWW-Authenticate": "Bearer"}) from error
    except NoKeys as error:
        detail = "The identity provider does not answer now. Try again."
        raise Problem(503, "unavailable", detail, headers={"Retry-After": "5"}) from error


async def whose(request: Request, caller: Caller) -> UserId:
    desk: Desk = request.app.state.desk
    if not desk.who.signin.required or not request.url.path.startswith(_SHARED):
        return caller.user_id
    if not await desk.who.members.shares(caller.user_id):
        return caller.user_id
    try:
        return await desk.who.access.owner(caller, await _named(request), _needed(request.method, _template(request)))
    except TooLow as error:
        raise Problem(403, "role-too-low", str(error)) from error


def _template(request: Request) -> str:
    """The path as the API describes it: a route of a router in a router knows only its own end of it."""
    names = {id_: f"{{{name}}}" for name, id_ in request.path_params.items()}
    return "/".join(names.get(part, part) for part in request.url.path.split("/"))


def _needed(method: str, path: str) -> Role:
    if (method, path) == ("DELETE", "/api/projects/{project_id}/members/{user_id}"):
        return "viewer"  # anybody may leave; the route sees to the rest
    if (method, path) in _OWNERS_ALONE:
        return "owner"
    return "viewer" if method in SAFE else "editor"


async def _named(request: Request) -> Mapping[str, Any]:
    """In its path, in a query that the route knows, or in the body of what creates something."""
    named = {name: id_ for name, id_ in request.path_params.items() if name in NAMES}
    asked = _asked(request.scope["endpoint"], request.scope["route"])
    named |= {name: id_ for name, id_ in request.query_params.items() if name in asked}
    if request.method == "POST" and not named and await request.body():
        body = await request.json()
        if isinstance(body, dict):
            named |= {name: id_ for name, id_ in body.items() if name in NAMES and id_ is not None}
    return named


_known_queries: dict[object, frozenset[str]] = {}


def _asked(endpoint: object, route: APIRoute) -> frozenset[str]:
    """What its query may say: anything else there means nothing."""
    if endpoint not in _known_queries:
        fields = get_flat_params(route.dependant)
        _known_queries[endpoint] = NAMES & {one.alias for one in fields if isinstance(one.field_info, params.Query)}
    return _known_queries[endpoint]
