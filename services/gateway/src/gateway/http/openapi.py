"""The API's own description: OpenAPI 3.1, with every error a problem."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from gateway.http.problems import MEDIA_TYPE
from gateway.http.shapes import ProblemShape

_COLLECTIONS = (
    "/api/graphs",
    "/api/executions",
    "/api/characters",
    "/api/graphs/{graph_id}/nodes",
    "/api/graphs/{graph_id}/edges",
)
_ALIASES = (*_COLLECTIONS, "/api/graphs/{graph_id}/connections")
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same body is done once and answered the same, for 24 hours.",
    "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,200}$"},
}
_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "Its ETag: refused with 412 if it has changed since.",
    "schema": {"type": "string"},
}
_VERSIONED = ("/api/projects/{project_id}", "/api/projects/{project_id}/graph_state")
_NOT_KEYED = {"estimate_execution", "hear_stripe"}


def describe(app: FastAPI) -> None:
    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _made(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to extend it


def _made(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(
        title=app.title, version=app.version, summary=app.summary, openapi_version="3.1.0", routes=app.routes
    )
    schemas = schema["components"]["schemas"]
    problem = ProblemShape.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    paths = {path + "/" if path in _ALIASES else path: operations for path, operations in schema["paths"].items()}
    schema["paths"] = paths
    for path, operations in paths.items():
        for method, operation in operations.items():
            _complete(path, method, operation)
    return schema


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    answers.pop("422", None)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answers["4XX"] = {"description": "A problem.", "content": content}
    answers["503"] = {"description": "Not now.", "content": content}
    parameters = operation.setdefault("parameters", [])
    if method == "post" and not operation["operationId"].startswith(tuple(_NOT_KEYED)):
        parameters.append(_KEY)
    if path.startswith("/api/graphs/{") and method in {"patch", "delete", "post"} and "duplicate" not in path:
        parameters.append(_MATCH)
    if path in _VERSIONED and method in {"patch", "put"}:
        parameters.append(_MATCH)
    if not parameters:
        del operation["parameters"]
