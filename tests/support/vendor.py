"""The fake paid vendor as a process of its own, with a ledger that tells what was really asked and billed."""

import base64
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2


class Vendor:
    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx2.Client(base_url=url, timeout=10, trust_env=False)

    def takes(self, seconds: float) -> None:
        """How long a job takes from now on."""
        self._http.post("/settings", json={"seconds": seconds}).raise_for_status()

    def will(self, kind: str, **how: Any) -> None:
        """Plan a fault: see `providers.fakes.paid`. `match` keeps it from the requests of other tests."""
        self._http.post("/faults", json={"kind": kind, **how}).raise_for_status()

    def paints(self, *pictures: bytes, match: str = "") -> None:
        """What the next jobs that paint give, in order: so it can be said whose face each attempt shows."""
        told = {"pictures": [base64.b64encode(one).decode() for one in pictures], "match": match}
        self._http.post("/faces", json=told).raise_for_status()

    def forget_faults(self) -> None:
        self._http.delete("/faults").raise_for_status()

    def submissions(self, run: str) -> list[dict[str, Any]]:
        """What one run asked, in order, the refused requests included."""
        return [entry for entry in self.ledger() if entry["key"].startswith(f"{run}.")]

    def ledger(self) -> list[dict[str, Any]]:
        """What everybody asked."""
        told: list[dict[str, Any]] = self._http.get("/ledger").raise_for_status().json()["submissions"]
        return told

    def jobs(self, run: str) -> list[dict[str, Any]]:
        """What was taken, and billed."""
        return [entry for entry in self.submissions(run) if entry["job_id"]]

    def job(self, job_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self._http.get(f"/jobs/{job_id}").raise_for_status().json()
        return found

    def close(self) -> None:
        self._http.close()


@contextmanager
def vendor_at_work(ledger: Path) -> Iterator[Vendor]:
    command = [sys.executable, "-m", "providers.fakes.paid", "--port", "0", "--ledger", str(ledger)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        vendor = Vendor(process.stdout.readline().strip())
        try:
            yield vendor
        finally:
            vendor.close()
            process.terminate()
