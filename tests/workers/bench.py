"""Tasks, and what became of them, on a real server."""

import asyncio
import hashlib
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nats
from nats.aio.client import Client

from contracts.base import MessageId, NodeId, ProjectId, RunId, UserId
from contracts.envelope import ReportLetter, seal, unseal
from contracts.subjects import Subjects
from contracts.values import MediaValue
from contracts.work import TERMINAL, Report, Revoked, Task
from groove_local.addresses import S3
from groove_local.stack import JETSTREAM
from kit.log_jetstream import JetStreamLog
from kit.objects_s3 import S3Objects
from kit.presign import Keys
from kit.provision import provision
from kit.queue import WorkQueue

P = ProjectId("p1")


@dataclass
class Bench:
    nc: Client
    subjects: Subjects
    nats_url: str
    s3: S3
    lease_s: float
    toml: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.run = RunId(self.subjects.prefix)
        self.log = JetStreamLog(self.nc, self.subjects.log)
        self.queue = WorkQueue(self.nc, self.subjects.tasks)
        self.objects = S3Objects(self.s3.endpoint, self.s3.bucket, Keys(self.s3.access_key, self.s3.secret_key))

    def task(self, node: str = "n1", **changes: Any) -> Task:
        given = {
            "id": MessageId(f"m-{node}"),
            "basis": 7,
            "run_id": self.run,
            "node_id": NodeId(node),
            "project_id": P,
            "user_id": UserId("local"),
            "attempt": 1,
            "operation": "text_to_text",
            "provider": "local",
            "model": "local-writer",
            "params": {"prompt": "a poem about rain", "max_words": 60, "count": 1},
        }
        return Task(**(given | changes))

    def painting(self, node: str = "n1", side: str = "512", **changes: Any) -> Task:
        params = {"prompt": "a lighthouse in a storm", "aspect_ratio": "1:1", "resolution": side, "count": 1}
        given = {"operation": "text_to_image", "model": "local-painter", "params": params, "seed": 5}
        return self.task(node, **(given | changes))

    def paid(self, node: str = "n1", **changes: Any) -> Task:
        """Its prompt is the run's own, so that a fault can be planned for it alone."""
        given = {"provider": "fake", "model": "fake-painter", "paid": True, "params": {"prompt": self.run}}
        return self.painting(node, **(given | changes))

    async def put(self, one: Task, queue: str = "image") -> None:
        subject = self.subjects.task(queue, one.project_id, one.run_id, one.node_id)
        await self.queue.publish_once(subject, seal(one))

    def report_subject(self, node: str) -> str:
        return self.subjects.report(P, self.run, NodeId(node))

    async def reports(self, node: str = "n1") -> list[Report]:
        records = await self.log.read(self.report_subject(node))
        return [unseal(ReportLetter, record.data).report for record in records]

    async def endings(self, node: str = "n1") -> list[Report]:
        return [report for report in await self.reports(node) if isinstance(report, TERMINAL)]

    async def until(self, node: str, *kinds: type, limit_s: float = 20) -> Report:
        """Wait for a report of one of these kinds, or of any that ends the attempt."""
        subject = self.report_subject(node)
        async with asyncio.timeout(limit_s):
            async for batch in self.log.follow(subject, after=0):
                for record in batch:
                    report = unseal(ReportLetter, record.data).report
                    if isinstance(report, kinds or TERMINAL):
                        return report
        raise AssertionError("the log ended")

    async def settled(self, limit_s: float = 10) -> None:
        """Wait until every task was acknowledged."""
        async with asyncio.timeout(limit_s):
            while (await self.nc.jetstream().stream_info(self.subjects.tasks)).state.messages:  # noqa: ASYNC110  the server's
                await asyncio.sleep(0.02)

    async def consumer(self, queue: str = "image") -> Any:
        return await self.nc.jetstream().consumer_info(self.subjects.tasks, queue)

    async def revoke(self, one: Task, *, ring: bool = True) -> None:
        """As the orchestrator does on a cancel."""
        subject = self.report_subject(one.node_id)
        last = await self.log.last(subject)
        revoked = Revoked(at=datetime.now(UTC), attempt=one.attempt, basis=one.basis)  # noqa: TID251
        letter = ReportLetter(id=MessageId(f"revoke-{one.node_id}"), worker="orchestrator", report=revoked)
        await self.log.append(subject, seal(letter), expected=last.seq if last else 0, event_id=letter.id)
        if ring:
            await self.nc.publish(self.subjects.control(one.run_id), b"{}")

    async def picture(self, data: bytes, width: int, height: int) -> MediaValue:
        digest = hashlib.sha256(data).hexdigest()
        await self.objects.put(f"objects/{digest}", data, "image/png")
        return MediaValue(
            type="image", asset_id="a1", sha256=digest, mime="image/png", bytes=len(data), width=width, height=height
        )

    def environment(self) -> dict[str, str]:
        """What a worker is told, but for what is its own."""
        return {
            "GROOVE_NATS_URL": self.nats_url,
            "GROOVE_PREFIX": self.subjects.prefix,
            "GROOVE_S3_ENDPOINT": self.s3.endpoint,
            "GROOVE_S3_BUCKET": self.s3.bucket,
            "GROOVE_S3_ACCESS_KEY": self.s3.access_key,
            "GROOVE_S3_SECRET_KEY": self.s3.secret_key,
            "GROOVE_SLOTS": "1",
            "PYTHONUNBUFFERED": "1",
            "PATH": os.environ["PATH"],
        }

    async def worker(self, queue: str = "image", **env: str) -> "Worker":
        """A real worker process, ready."""
        told = self.environment() | env
        command = (sys.executable, "-m", "face_embedding.main" if queue == "face" else f"{queue}_worker.main")
        process = subprocess.Popen(  # noqa: ASYNC220  it only forks
            command, env=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.processes.append(process)
        worker = Worker(process)
        await asyncio.to_thread(worker.wait_ready)
        return worker


@dataclass
class Worker:
    process: subprocess.Popen[bytes]
    port: int = 0
    name: str = ""
    """As it signs its reports."""

    def wait_ready(self) -> None:
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line)
            if b'"message": "ready"' in line:
                told = json.loads(line)
                self.port, self.name = told["health_port"], told["worker"]
                return
        raise AssertionError(b"".join(said).decode())

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        self.process.send_signal(how)

    def end(self) -> int:
        """SIGTERM, and how it went."""
        self.process.terminate()
        return self.process.wait(timeout=20)

    def ready(self) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ready", timeout=5) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            with error:
                return dict(json.load(error))

    def metrics(self) -> dict[str, float]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as answer:
            lines = [line.rpartition(" ") for line in answer.read().decode().splitlines() if not line.startswith("#")]
        return {name: float(number) for name, _, number in lines}


@asynccontextmanager
async def bench(nats_url: str, s3: S3, prefix: str, where: Path, lease_s: float = 1) -> AsyncIterator[Bench]:
    """Streams under a prefix, with a lease (`ack_wait`) short enough to wait for."""
    short = where / "jetstream.toml"
    short.write_text(JETSTREAM.read_text().replace("ack_wait_s = 30", f"ack_wait_s = {lease_s}"))
    nc = await nats.connect(nats_url)
    await provision(nc, short, prefix)
    made = Bench(nc, Subjects(prefix), nats_url, s3, lease_s, short)
    try:
        yield made
    finally:
        for process in made.processes:
            process.kill()
            process.communicate()
        for stream in await nc.jetstream().streams_info():
            if stream.config.name.startswith(f"{prefix.upper()}_"):
                await nc.jetstream().delete_stream(stream.config.name)
        await nc.close()
