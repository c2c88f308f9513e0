"""Every error, said one way: RFC 9457."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import HTTPException
from pydantic_core import to_json
from starlette.responses import Response

from contracts.problems import Flaw, Reason, Rejection

MEDIA_TYPE = "application/problem+json"
Loc = tuple[str | int, ...]

_MISSING = {
    "unknown_graph": "graph",
    "unknown_node": "node",
    "unknown_edge": "edge",
    "unknown_run": "execution",
    "unknown_version": "version",
    "unknown_asset": "asset",
    "unknown_character": "character",
    "unknown_project": "project",
}
_STATUS = {
    Reason.STALE_VERSION: HTTPStatus.PRECONDITION_FAILED,
    Reason.NOT_RESUMABLE: HTTPStatus.CONFLICT,
    Reason.NOT_FORKABLE: HTTPStatus.CONFLICT,
    Reason.IMPORTED: HTTPStatus.CONFLICT,
    Reason.NOT_IN_DOUBT: HTTPStatus.CONFLICT,
    Reason.INSUFFICIENT_CREDITS: HTTPStatus.PAYMENT_REQUIRED,
    Reason.BUDGET_EXCEEDED: HTTPStatus.PAYMENT_REQUIRED,
}


class Problem(HTTPException):
    """Raise it anywhere on the way to an answer."""

    def __init__(
        self,
        status: int,
        type_: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.type = type_
        self.errors = errors

    def response(self) -> Response:
        body: dict[str, Any] = {
            "type": f"/problems/{self.type}",
            "title": title(self.type),
            "status": self.status_code,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = list(self.errors)
        return Response(to_json(body), self.status_code, self.headers, media_type=MEDIA_TYPE)


def title(type_: str) -> str:
    return type_.replace("-", " ").capitalize()


def slug(reason: Reason) -> str:
    return reason.value.replace("_", "-")


def not_found(what: str) -> Problem:
    """An object that is not there, or is another's: the same answer."""
    return Problem(404, f"unknown-{what}", f"There is no such {what}.")


def invalid(loc: Sequence[str | int], message: str, type_: str = "invalid-request") -> Problem:
    return Problem(422, type_, message, errors=[{"loc": list(loc), "message": message}])


def unavailable(detail: str) -> Problem:
    return Problem(503, "not-answered", detail, headers={"Retry-After": "1"})


def rejected(rejection: Rejection, *addressed: str, place: Callable[[Loc], Loc]) -> Problem:
    """The domain's no.

    Args:
        rejection: as the orchestrator said it.
        addressed: what the request's path names: "graph", "node". If one of those is unknown it is a 404;
            something unknown that the body names is a 422.
        place: from where the domain sees it to where it is in the request.
    """
    if _MISSING.get(rejection.reason) in addressed:
        status = HTTPStatus.NOT_FOUND
    else:
        status = _STATUS.get(rejection.reason, HTTPStatus.UNPROCESSABLE_ENTITY)
    errors = [_shown(flaw, place(flaw.loc)) for flaw in rejection.errors]
    return Problem(status, slug(rejection.reason), rejection.message, errors=errors)


def _shown(flaw: Flaw, loc: Loc) -> dict[str, Any]:
    return {"loc": list(loc), "message": flaw.message, "type": f"/problems/{slug(flaw.reason)}"}
