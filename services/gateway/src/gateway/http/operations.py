"""For whoever keeps this running."""

import os

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from contracts.problems import Reason
from gateway.http.asking import TheDesk, answer
from gateway.http.problems import Problem, slug, title

router = APIRouter(tags=["operations"])
_OURS = {
    "body-too-large",
    "unsupported-media-type",
    "malformed-json",
    "invalid-request",
    "bad-cursor",
    "bad-idempotency-key",
    "not-answered",
    "unknown-execution",
    "upload-missing",
    "not-what-it-says",
    "too-large",
    "too-many-pixels",
    "unavailable",
    "wrong-host",
    "wrong-origin",
    "not-found",
    "method-not-allowed",
    "internal-error",
    "range-not-satisfiable",
}
KNOWN = frozenset(_OURS | {slug(reason) for reason in Reason})


@router.get("/health")
async def health() -> Response:
    """This process is alive."""
    return answer({"status": "ok"})


@router.get("/ready")
async def ready(desk: TheDesk) -> Response:
    """Whether it can do its work: each thing that it needs, and the parts of the views that are paused."""
    report = await desk.readiness.report()
    paused = await desk.history.paused() if report.ready else []
    body = {
        "status": "ready" if report.ready else "not ready",
        "pid": os.getpid(),
        "checks": dict(report.checks),
        "views": {"seq": desk.folder.seq, "paused": paused},
    }
    return answer(body, 200 if report.ready else 503)


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(desk: TheDesk) -> Response:
    """For Prometheus."""
    lag = await desk.log.last_seq() - desk.folder.seq
    desk.metrics.gauge("groove_view_lag", lambda: max(0, lag))
    return PlainTextResponse(desk.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/problems/{type_}", include_in_schema=False)
async def problem_type(type_: str) -> Response:
    """What the `type` of a problem means."""
    if type_ not in KNOWN:
        raise Problem(404, "not-found", "There is no such type of problem.")
    return answer({"type": f"/problems/{type_}", "title": title(type_)})
