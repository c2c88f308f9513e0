"""Which services there are, and what each is told."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from groove_local.addresses import Addresses
from groove_local.ports import LOOPBACK, free_port
from groove_local.probe import http_get
from groove_local.process import Program, Ready

OK = 200
SERVERS, DECIDERS, WORKERS, DOOR = 0, 1, 2, 3
"""Stages: the door closes first, the servers go last."""
GRACE_S = {DOOR: 1.5, WORKERS: 2.5, DECIDERS: 1.0}
"""With the servers' four seconds, nine in all."""
_CORES = os.cpu_count() or 2
WORKER_SLOTS = {
    "text-worker": 4,
    "image-worker": max(2, _CORES),
    "video-worker": max(1, _CORES // 2),
    "audio-worker": 2,
    "face-embedding": 2,
}
PICTURES = ("text-worker", "image-worker")
"""All that the main example needs."""
CANVAS = Path(__file__).resolve().parents[4] / "services" / "canvas" / "dist"
"""Where `make canvas` puts the canvas."""
REMEDY = "read its log; `make up` starts everything again, nothing that was recorded is lost"


@dataclass(frozen=True)
class Plan:
    """How to run the services."""

    port: int
    """The gateway's."""
    prefix: str = "groove"
    orchestrators: int = 1
    workers: tuple[str, ...] = tuple(WORKER_SLOTS)
    data: Path | None = None
    """Where services keep what is theirs alone, as the vectors of faces. None: in their working directory."""
    strangers: bool = False
    """Whoever has no key may do everything on the NATS server: for tests and benchmarks, which look on."""
    inherited: Mapping[str, str] = field(default_factory=dict, repr=False)
    streams: Path | None = None
    """Another description of streams and consumers than deploy/jetstream.toml: tests shorten the leases."""
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Providers' keys, for the workers alone."""
    google: bool = False
    """Enabled also without a key: by a cloud project."""
    extra: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    """More environment by process name; `*` is for every service."""

    @property
    def providers(self) -> str:
        return "local,google" if self.keys or self.google else "local"


def programs(plan: Plan, addresses: Addresses) -> list[Program]:
    """Every service, one process each."""
    deciders = [f"orchestrator-{n}" for n in range(1, plan.orchestrators + 1)] if plan.orchestrators > 1 else []
    return [
        *(_program(plan, addresses, name, "orchestrator", DECIDERS) for name in deciders or ["orchestrator"]),
        *(_program(plan, addresses, name, name.replace("-", "_"), WORKERS) for name in plan.workers),
        _program(plan, addresses, "gateway", "gateway", DOOR),
    ]


def _program(plan: Plan, addresses: Addresses, name: str, package: str, stage: int) -> Program:
    port = plan.port if stage == DOOR else free_port()
    env = {
        **plan.inherited,
        **addresses.environment(plan.prefix, "orchestrator" if stage == DECIDERS else name),
        "GROOVE_PROVIDERS": plan.providers,
        "GROOVE_HOST": LOOPBACK,
        ("GROOVE_PORT" if stage == DOOR else "GROOVE_HEALTH_PORT"): str(port),
        **({"GROOVE_CANVAS": plan.inherited.get("GROOVE_CANVAS", str(CANVAS))} if stage == DOOR else {}),
        **({"GROOVE_SLOTS": str(WORKER_SLOTS[name]), **plan.keys} if stage == WORKERS else {}),
        **(_own(plan) if name == "face-embedding" else {}),
        "PYTHONUNBUFFERED": "1",
        **plan.extra.get("*", {}),
        **plan.extra.get(name, {}),
    }
    return Program(
        name=name,
        command=(sys.executable, "-P", "-m", f"{package}.main"),
        ready=_readiness(port),
        env=env,
        grace_s=GRACE_S[stage],
        stage=stage,
        remedy=REMEDY,
    )


def _own(plan: Plan) -> dict[str, str]:
    data = plan.data or Path.cwd()
    return {"GROOVE_QDRANT_PATH": str(data / "qdrant"), "GROOVE_DATA": str(data)}


def _readiness(port: int) -> Ready:
    async def ready(pid: int) -> str | None:
        answer = await http_get(port, "/ready")
        try:
            told = json.loads(answer.body)
        except ValueError:
            return "its first answer"
        if told.get("pid") != pid:
            return f"port {port}, where another process answers"
        return None if answer.status == OK else json.dumps(told)

    return ready
