"""For whoever keeps this running."""

import asyncio
import math
import os
from collections.abc import Awaitable

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from contracts.problems import Reason
from gateway.database import away
from gateway.http.asking import TheDesk, answer
from gateway.http.problems import Problem, slug, title
from kit.errors import Unavailable

router = APIRouter(tags=["operations"])
_OURS = {
    "erased",
    "not-erasable",
    "not-confirmed",
    "body-too-large",
    "unsupported-media-type",
    "malformed-json",
    "invalid-request",
    "bad-cursor",
    "bad-idempotency-key",
    "not-answered",
    "unknown-execution",
    "unknown-parked",
    "gone",
    "not-wanted",
    "already-answered",
    "not-redrivable",
    "upload-missing",
    "asset-in-use",
    "not-restorable",
    "over-quota",
    "credits-off",
    "bad-signature",
    "does-not-fit",
    "not-what-it-says",
    "too-large",
    "too-long",
    "too-many-pixels",
    "too-much-work",
    "unavailable",
    "wrong-host",
    "wrong-origin",
    "not-found",
    "method-not-allowed",
    "internal-error",
    "range-not-satisfiable",
    "faces-not-configured",
    "faces-away",
    "no-face",
    "no-character",
    "not-an-image",
    "unreadable-picture",
    "too-many-references",
    "unknown-reference",
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
    lag, parked, doubts = await asyncio.gather(
        _known(desk.log.last_seq()), _known(desk.redriver.parking.count()), _known(desk.doubts.count())
    )
    desk.metrics.gauge("groove_view_lag", lambda: max(lag - desk.folder.seq, 0))
    desk.metrics.gauge("groove_parked_messages", lambda: parked)
    desk.metrics.gauge("groove_doubts_open", lambda: doubts)
    return PlainTextResponse(desk.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


async def _known(asked: Awaitable[int]) -> float:
    """Who watches is told the rest, while one of the servers is away."""
    try:
        return await asked
    except Unavailable:
        return math.nan
    except Exception as error:
        if not away(error):
            raise
        return math.nan


@router.get("/problems/{type_}", include_in_schema=False)
async def problem_type(type_: str) -> Response:
    """What the `type` of a problem means."""
    if type_ not in KNOWN:
        raise Problem(404, "not-found", "There is no such type of problem.")
    return answer({"type": f"/problems/{type_}", "title": title(type_)})
