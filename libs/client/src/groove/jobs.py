"""Jobs: one task without a graph, and every task with the requests that were made for it."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from groove.shapes import Page
from groove.wire import Ask, Wire, path, starting

Json = Mapping[str, Any]


class Jobs:
    """`client.jobs`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def create(
        self,
        operation_type: str,
        provider_id: str,
        *,
        params: Json | None = None,
        inputs: Mapping[str, Sequence[Mapping[str, str]]] | None = None,
        project_id: str | None = None,
        key: str | None = None,
    ) -> Json:
        """Ask for one thing, and do not wait: `client.wait(job["execution_id"])` does.

        Args:
            operation_type: a node type.
            provider_id: who is to do it.
            params: of the node type; `model` among them.
            inputs: by port, each `{"text": ...}` or `{"asset_id": ...}`.
            project_id: else the default one.
            key: Idempotency-Key; the same key asks once.
        """
        body: dict[str, Any] = {"operation_type": operation_type, "provider_id": provider_id}
        body |= {"params": dict(params)} if params else {}
        body |= {"inputs": {port: [dict(one) for one in given] for port, given in inputs.items()}} if inputs else {}
        body |= {"project_id": project_id} if project_id else {}
        return cast("Json", await self._wire.json(starting("/api/jobs", body, key)))

    async def list(
        self,
        *,
        status: str | None = None,
        project_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Json]:
        """Newest first, of every run."""
        params = {"status": status, "project_id": project_id, "limit": limit, "cursor": cursor}
        return cast("Page[Json]", await self._wire.json(Ask("GET", "/api/jobs", params=params)))

    async def get(self, job_id: str) -> Json:
        """With its submissions."""
        return cast("Json", await self._wire.json(Ask("GET", path("jobs", job_id))))

    async def cancel(self, job_id: str) -> Json:
        """Only one that was asked for by itself."""
        return cast("Json", await self._wire.json(Ask("DELETE", path("jobs", job_id))))
