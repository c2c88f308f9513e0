"""What lies in the queues, asked of the server when somebody reads `/metrics`."""

import asyncio
import math
from collections.abc import Awaitable, Callable

from nats.aio.client import Client

from contracts.subjects import QUEUES, Subjects
from kit.errors import Unavailable
from kit.metrics import Metrics
from kit.wire import Wire
from orchestrator.membership import Membership

_PATIENCE_S = 2.0


def with_lags(metrics: Metrics, nc: Client, subjects: Subjects, membership: Membership) -> Callable[[], Awaitable[str]]:
    wire = Wire(nc, _PATIENCE_S)

    async def text() -> str:
        queues = await asyncio.gather(*(_lag(wire, subjects.tasks, queue) for queue in QUEUES))
        shares = await asyncio.gather(*(_lag(wire, subjects.log, subjects.decider(p)) for p in membership.held))
        metrics.gauge("groove_queue_lag", lambda: dict(zip(QUEUES, queues, strict=True)), "queue")
        metrics.gauge("groove_log_lag", lambda: sum(shares))
        return metrics.text()

    return text


async def _lag(wire: Wire, stream: str, durable: str) -> float:
    """What is not delivered and what is not acknowledged, as scaling counts it. NaN: the server does not say."""
    try:
        info = await wire.api(f"CONSUMER.INFO.{stream}.{durable}")
    except Unavailable:
        return math.nan
    return float(info["num_pending"] + info["num_ack_pending"])
