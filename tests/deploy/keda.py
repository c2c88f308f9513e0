"""What KEDA's nats-jetstream scaler does: it asks the monitoring port, and divides."""

import math
import urllib.parse
from dataclasses import dataclass
from typing import Any

import httpx2


@dataclass(frozen=True)
class Monitor:
    """The monitoring port of a server."""

    url: str

    def lags(self, account: str, stream: str) -> dict[str, int]:
        """By consumer: what waits and what was handed out and is not acknowledged, as the scaler adds them up."""
        query = urllib.parse.urlencode({"acc": account, "consumers": "true", "config": "true"})
        told: dict[str, Any] = httpx2.get(f"{self.url}/jsz?{query}", timeout=10, trust_env=False).json()
        (there,) = [
            one
            for details in told["account_details"]
            if details["name"] == account
            for one in details["stream_detail"]
            if one["name"] == stream
        ]
        return {one["name"]: one["num_pending"] + one["num_ack_pending"] for one in there["consumer_detail"]}


def wanted(lag: int, threshold: int, least: int, most: int) -> int:
    """How many replicas its horizontal pod autoscaler asks for: AverageValue over all of them."""
    return max(least, min(most, math.ceil(lag / threshold)))
