"""The fake paid vendor, spoken to as every other provider is."""

from collections.abc import Mapping
from typing import Any

import httpx2
from pydantic import SecretStr

from contracts.failures import FailureKind
from providers import wire
from providers.doubt import DoubtPolicy
from providers.interface import (
    Artifact,
    CancelOutcome,
    Done,
    Job,
    OnProgress,
    OutOfSight,
    Pending,
    Prepared,
    ProviderError,
    Request,
    SubmitInDoubt,
)

NAME = "fake"
_NOT_FOUND = 404


class FakePaidProvider:
    """Takes a request as a job, can look requests up by key, and never retries anything.

    With `key_window_s`, which the vendor must be set to as well, the same key is taken once.
    """

    name = NAME

    def __init__(
        self,
        base_url: str,
        *,
        key: SecretStr | None = None,
        timeout_s: float = 10.0,
        lookup_lag_s: float | None = 0.2,
        key_window_s: float | None = None,
    ) -> None:
        self.lookup_lag_s = lookup_lag_s
        self.key_window_s = key_window_s
        self.doubt: DoubtPolicy = "resubmit" if key_window_s else "ask" if lookup_lag_s is None else "look_up"
        self._base_url = base_url.rstrip("/")
        self._timeout_s = timeout_s
        self._http = wire.client(timeout_s, headers={"x-fake-key": key.get_secret_value()} if key else None)

    def prepare(self, request: Request) -> Prepared:
        if request.operation not in request.model.operations:
            message = f"{request.model.id} cannot do {request.operation}."
            raise ProviderError(FailureKind.UNSUPPORTED, message, provider=NAME)
        return Prepared(request=request, prompt_sent=str(request.params.get("prompt", "")))

    async def submit(self, prepared: Prepared, on_progress: OnProgress) -> Done | Job:
        await on_progress(0.0, "asking the fake vendor")
        body = _body(prepared.request)
        trouble: ProviderError
        with wire.watched() as flight:
            try:
                response = await self._http.post(f"{self._base_url}/jobs", json=body)
            except httpx2.HTTPError:
                trouble = self._broken(sent=flight.sent)
            else:
                return self._taken(response)
        raise trouble

    async def poll(self, handle: Mapping[str, Any]) -> Pending | Done:
        job = await self._get(f"/jobs/{handle['job_id']}")
        match job["state"]:
            case "succeeded":
                artifacts = [await self._fetch(path) for path in job["results"]]
                used, said = {"results": len(artifacts)}, {"job_id": handle["job_id"], "state": job["state"]}
                return Done(tuple(artifacts), used, cost=job["cost"], cost_basis="reported", response=said)
            case "failed":
                error = job["error"]
                raise ProviderError(FailureKind(error["kind"]), error["message"], provider=NAME, cost=job["cost"])
            case "cancelled":
                message = "The job was cancelled at the vendor."
                raise ProviderError(FailureKind.PROVIDER_FAILED, message, provider=NAME, cost=job["cost"])
            case _:
                return Pending(progress=job["progress"], next_poll_s=0.1, message="at work")

    async def find(self, key: str) -> Job | Done | None:
        jobs = (await self._get("/lookup", key=key))["jobs"]
        return Job({"job_id": jobs[0]["id"]}) if jobs else None

    async def cancel(self, handle: Mapping[str, Any]) -> CancelOutcome:
        try:
            response = await self._http.post(f"{self._base_url}/jobs/{handle['job_id']}/cancel")
        except httpx2.HTTPError:
            response = None
        if response is None or response.is_server_error:
            raise OutOfSight("The fake vendor could not be asked to cancel.", provider=NAME)
        return "cancelled" if response.json().get("outcome") == "cancelled" else "too_late"

    async def close(self) -> None:
        await self._http.aclose()

    def _broken(self, *, sent: bool) -> ProviderError:
        if sent:
            return SubmitInDoubt(
                "The connection to the fake vendor ended before it answered; it may have taken the request.",
                provider=NAME,
            )
        message = f"The fake vendor cannot be reached at {self._base_url}."
        return ProviderError(FailureKind.TRANSIENT, message, provider=NAME)

    def _taken(self, response: httpx2.Response) -> Job:
        try:
            body = response.json()
            if response.is_success:
                return Job({"job_id": str(body["id"])})
            error = body["error"]
            kind, message = FailureKind(error["kind"]), str(error["message"])
        except (ValueError, KeyError, TypeError):
            # it answered, so it may have a job of ours whose name cannot be read: to be looked up, not sent again
            text = "The fake vendor's answer cannot be read; it may have taken the request."
            raise SubmitInDoubt(text, provider=NAME) from None
        wait = response.headers.get("retry-after")
        raise ProviderError(
            kind,
            message,
            provider=NAME,
            retry_after_s=float(wait) if wait else None,
            http_status=response.status_code,
        )

    async def _get(self, path: str, **query: str) -> Any:
        return (await self._look(path, query)).json()

    async def _fetch(self, path: str) -> Artifact:
        response = await self._look(path, {})
        mime = response.headers["content-type"].partition(";")[0]
        if mime == "text/plain":
            return Artifact(text=response.text)
        return Artifact(data=response.content, mime=mime)

    async def _look(self, path: str, query: Mapping[str, str]) -> httpx2.Response:
        try:
            response = await self._http.get(f"{self._base_url}{path}", params=dict(query))
        except httpx2.HTTPError:
            response = None
        if response is not None and response.status_code == _NOT_FOUND:
            raise ProviderError(FailureKind.RESULT_EXPIRED, "The fake vendor no longer has this job.", provider=NAME)
        if response is None or not response.is_success:
            raise OutOfSight("The fake vendor could not be asked about a job.", provider=NAME)
        return response


def _body(request: Request) -> dict[str, Any]:
    inputs = [
        {"port": port, "sha256": item.sha256, "mime": item.mime, "width": item.width, "height": item.height}
        for port, items in request.media.items()
        for item in items
    ]
    characters = [
        {"id": one.id, "name": one.name, "pictures": [picture.sha256 for picture in one.pictures]}
        for one in request.characters
    ]
    return {
        **({"characters": characters} if characters else {}),
        "key": request.key,
        "operation": request.operation,
        "model": request.model.id,
        "params": dict(request.params),
        "seed": request.seed,
        "inputs": inputs,
        "texts": {port: list(texts) for port, texts in request.texts.items()},
    }
