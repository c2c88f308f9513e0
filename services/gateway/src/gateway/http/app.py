"""The API, put together."""

import logging
from collections.abc import Collection
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp

from contracts.base import ID_PATTERN
from contracts.envelope import Unreadable
from gateway.canvas import Canvas
from gateway.database import away
from gateway.desk import Desk
from gateway.http import (
    accounts,
    assets,
    audit,
    catalogue,
    characters,
    doubts,
    downloads,
    erasing,
    executions,
    flow,
    generations,
    graphs,
    imports,
    jobs,
    keyring,
    keys,
    ledgers,
    lineage,
    media,
    members,
    nodes,
    openapi,
    operations,
    page,
    parked,
    people,
    projects,
    session,
    shelf,
    sockets,
    stream,
    stripe_hook,
    use,
    webhooks,
)
from gateway.http.asking import the_caller
from gateway.http.guard import Guard
from gateway.http.limiting import Limiting
from gateway.http.problems import Problem
from gateway.http.traced import Traced
from kit.errors import Erased, Unavailable

log = logging.getLogger(__name__)
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
_LONGEST = 300
_IN_WORDS = {"extra_forbidden": "There is no such field", "missing": "This is required"}
"""By the kind of flaw, as pydantic calls it."""


def build(
    desk: Desk,
    origins: Collection[str],
    public_url: str | None = None,
    canvas: Canvas | None = None,
    uploads: str | None = None,
) -> ASGIApp:
    """Everything that answers.

    Args:
        desk: what requests need.
        origins: other pages that may call the API.
        public_url: how browsers reach this server.
        canvas: the page at `/`.
        uploads: a URL of the object store, as browsers reach it.
    """
    app = described()
    app.state.desk = desk
    app.include_router(page.router(canvas or Canvas(None), uploads))
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=list(_METHODS),
            allow_headers=["*"],
            expose_headers=["ETag", "Location", "Retry-After", "RateLimit", "RateLimit-Policy"],
        )
    return Guard(
        Traced(Limiting(app, desk), desk.metrics.answering),
        origins=origins,
        metrics=desk.metrics,
        public_url=public_url,
        signed_in=desk.who.signin.required,
    )


def described() -> FastAPI:
    """All of the API, before anything that would answer: enough to describe it."""
    app = FastAPI(
        title="Pixel Groove",
        version="1",
        summary="A graph-based workflow canvas for generative media.",
        redirect_slashes=False,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "auto_configure": False,
        },  # Traced does it, cheaper
    )
    rooms = (
        flow,
        graphs,
        nodes,
        stream,
        downloads,
        executions,
        catalogue,
        projects,
        generations,
        jobs,
        assets,
        imports,
        shelf,
        characters,
        lineage,
        use,
        media,
        parked,
        erasing,
        audit,
        doubts,
        members,
        keys,
        people,
        accounts,
        webhooks,
        ledgers,
    )
    app.include_router(downloads.media, dependencies=[Depends(the_caller)])
    for room in rooms:
        app.include_router(room.router, dependencies=[Depends(the_caller)])
    # the last four see for themselves who it is
    for public in (operations, sockets, session, keyring, stripe_hook):
        app.include_router(public.router)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(Unreadable, _unreadable)
    app.add_exception_handler(Erased, _erased)
    for kind in (DBAPIError, PoolTimeout, ConnectionError, TimeoutError):
        app.add_exception_handler(kind, _database)
    app.add_exception_handler(Exception, _broken)
    openapi.describe(app)
    return app


async def _invalid(request: Request, error: Exception) -> Response:
    del request
    found = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [{"loc": list(one["loc"])[:32], "message": _plain(one)} for one in found[:50]]
    first = errors[0] if errors else {"loc": [], "message": "The request is not valid."}
    where = ".".join(map(str, first["loc"]))[:_LONGEST]
    return Problem(422, "invalid-request", f"{where}: {first['message']}", errors=errors).response()


def _plain(one: dict[str, Any]) -> str:
    if one.get("ctx", {}).get("pattern") == ID_PATTERN:
        return "An id has 1 to 64 letters, digits, - and _."
    message: str = _IN_WORDS.get(one["type"]) or one["msg"].removeprefix("Value error, ")
    return f"{message[:1].upper()}{message[1:]}"[:_LONGEST].rstrip(".") + "."


async def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, Problem):
        return error.response()
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 404:  # noqa: PLR2004  not found
        return Problem(404, "not-found", f"There is nothing at {request.url.path[:200]}.").response()
    if error.status_code == 405:  # noqa: PLR2004  method not allowed
        allowed = ", ".join(_allowed(request))
        detail = f"{request.method} is not possible here. Possible: {allowed}."
        return Problem(405, "method-not-allowed", detail, headers={"Allow": allowed}).response()
    return Problem(error.status_code, "invalid-request", str(error.detail), headers=error.headers).response()


def _allowed(request: Request) -> list[str]:
    """Every method of the path: the framework knows only those of the first route that fits."""
    app: FastAPI = request.app
    scopes = [(method, {**request.scope, "method": method}) for method in _METHODS]
    return [m for m, scope in scopes if any(route.matches(scope)[0] is Match.FULL for route in app.routes)]


async def _unreadable(request: Request, error: Exception) -> Response:
    log.warning("history cannot be read", extra={"path": request.url.path, "error": str(error)[:300]})
    detail = "A later release has written to this history: this one cannot read it. Upgrade, and it goes on by itself."
    return Problem(409, "unreadable", detail).response()


async def _erased(request: Request, error: Exception) -> Response:
    del request, error
    return Problem(410, "erased", "This user was erased. Nothing can be kept for it any more.").response()


async def _unavailable(request: Request, error: Exception) -> Response:
    del request
    log.warning("something that is needed does not answer", extra={"error": str(error)[:_LONGEST]})
    detail = "A part of the system does not answer now. Try again."
    return Problem(503, "unavailable", detail, headers={"Retry-After": "1"}).response()


async def _database(request: Request, error: Exception) -> Response:
    if not away(error):
        raise error
    return await _unavailable(request, error)


async def _broken(request: Request, error: Exception) -> Response:
    log.error("a request failed", exc_info=error, extra={"path": request.url.path, "method": request.method})
    return Problem(500, "internal-error", "This is our mistake. It has been logged.").response()
