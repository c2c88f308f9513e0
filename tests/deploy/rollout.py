"""One process of each service, each of which can be replaced as a Deployment does it: first the new one."""

import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from deploy.processes import Nursery
from groove_local.ports import free_port


@dataclass
class Rollout:
    """One process of each service, and who came before it."""

    nursery: Nursery
    env: dict[str, str]
    where: Path
    pids: dict[str, int] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    started: int = 0

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.ports['gateway']}"

    def start(self, *services: str) -> None:
        """New ones, ready."""
        for service in services:
            self.started += 1
            own, port = self.where / f"{service}-{self.started}", free_port()
            own.mkdir()
            at = {"GROOVE_PORT" if service == "gateway" else "GROOVE_HEALTH_PORT": str(port)}
            mine = {"GROOVE_DATA": str(own), "GROOVE_QDRANT_PATH": str(own / "qdrant")} if "face" in service else {}
            self.pids[service] = self.nursery.start(service, self.env | at | mine, own / "log")
            self.ports[service] = port
        for service in services:
            self.until_ready(service)

    def until_ready(self, service: str) -> None:
        over = time.monotonic() + 60
        while True:
            try:
                answer = httpx2.get(f"http://127.0.0.1:{self.ports[service]}/ready", timeout=5, trust_env=False)
                if answer.status_code == httpx2.codes.OK:
                    return
                why = answer.text
            except httpx2.TransportError as error:
                why = str(error)
            assert time.monotonic() < over, f"{service}: {why}"
            time.sleep(0.05)

    def replace(self, service: str) -> None:
        """A new one beside the old one, then the old one's end."""
        old = self.pids[service]
        self.start(service)
        self.end(old)

    def end(self, pid: int) -> None:
        os.kill(pid, signal.SIGTERM)
        assert self.nursery.wait(pid) == 0
