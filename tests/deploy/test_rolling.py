"""Every service is replaced by a new process while a run is at work, as a Deployment does it: first the new one."""

import io
import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import httpx2
import pytest

from deploy.places import SERVICES
from deploy.processes import Nursery, nursery
from groove_local.ports import free_port
from support.api import Api, StreamEvent, edge, node, workflow
from support.bus import provisioned
from support.servers import RealServers, unique
from support.tiny_faces import face
from support.vendor import Vendor, vendor_at_work

HELD_S = 3600
PAINTER = {"provider": "fake", "model": "fake-painter"}
WRITER = {"provider": "fake", "model": "fake-writer"}


def everything(word: str) -> dict[str, object]:
    """Two jobs at the vendor, and behind them something for every queue."""
    return workflow(
        node("paint", "text_to_image", prompt=f"a portrait {word}", **PAINTER),
        node("write", "text_to_text", prompt=f"a caption {word}", **WRITER),
        node("vary", "image_to_image", prompt=f"at night {word}", **PAINTER),
        node("faces", "face_analysis"),
        node("clip", "text_to_video", duration_s=1, audio=False, provider="local", model="local-filmmaker"),
        node("sound", "text_to_audio", duration_s=1, provider="local", model="local-composer"),
        edges=(
            edge("paint.image", "vary.image"),
            edge("paint.image", "faces.image"),
            edge("write.text", "clip.prompt"),
            edge("write.text", "sound.prompt"),
        ),
    )


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


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Vendor]:
    """A vendor of this test's own, whose jobs take as long as it says."""
    with vendor_at_work(tmp_path / "vendor.sqlite") as at_work:
        at_work.takes(HELD_S)
        yield at_work


def let_go(ledger: Path, vendor: Vendor) -> None:
    """All jobs are done now, and those that come are done at once."""
    vendor.takes(0)
    with sqlite3.connect(ledger, timeout=10) as open_:
        open_.execute("UPDATE job SET seconds = 0")
    open_.close()


@pytest.fixture
async def rollout(
    real_servers: RealServers, patient: Vendor, face_models: Path, tmp_path: Path
) -> AsyncIterator[Rollout]:
    prefix = unique()
    told = {
        **real_servers.addresses().environment(prefix, ""),
        "GROOVE_PROVIDERS": "local,fake",
        "GROOVE_FAKE_URL": patient.url,
        "GROOVE_FACE_MODELS": str(face_models),
        "GROOVE_GRACE_S": "0.5",
        "PATH": os.environ["PATH"],
    }
    async with provisioned(told["GROOVE_NATS_URL"], prefix):
        with nursery(tmp_path) as nurse:
            yield Rollout(nurse, told, tmp_path)


def listen(url: str, run: str, heard: list[StreamEvent], after: int | None = None) -> None:
    """Until the stream ends or is cut off."""
    try:
        with Api(url) as api:
            heard.extend(event for event in api.stream(run, after) if event.id is not None)
    except httpx2.TransportError:
        pass


def portrait() -> bytes:
    file = io.BytesIO()
    face(3).save(file, "PNG")
    return file.getvalue()


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_every_service_is_replaced_during_a_run_which_ends_as_if_nothing_had_happened(
    rollout: Rollout, patient: Vendor, tmp_path: Path, word: str
) -> None:
    patient.paints(portrait(), portrait(), match=word)
    rollout.start(*SERVICES)
    with Api(rollout.api) as api:
        run = api.start(everything(word))
    heard: list[StreamEvent] = []
    listening = Thread(target=listen, args=(rollout.api, run, heard))
    listening.start()
    until(lambda: len(patient.jobs(run)) == 2 and heard)

    for service in SERVICES:
        rollout.replace(service)
    listening.join(timeout=30)
    with Api(rollout.api) as api:
        assert api.execution(run)["state"] == "running", "all of that happened during the run"
        let_go(tmp_path / "vendor.sqlite", patient)
        listen(rollout.api, run, heard, after=heard[-1].id)
        done = api.execution(run)
        whole = [event.id for event in api.stream(run) if event.id is not None]
    for pid in rollout.pids.values():
        rollout.end(pid)

    assert done["state"] == "completed", done
    assert [event.id for event in heard] == whole, "who listens goes on at the next gateway, without a gap"
    names = Counter((event.data.get("node_id"), event.name) for event in heard)
    nodes = ("paint", "write", "vary", "faces", "clip", "sound")
    assert [names[node, "node_completed"] for node in nodes] == [1] * len(nodes)
    assert not [event for event in heard if event.name == "node_retrying"]
    asked = Counter(job["key"] for job in patient.submissions(run))
    assert sorted(asked.values()) == [1, 1, 1], "nothing was asked for, or paid, twice"


def until(seen: Callable[[], object], limit_s: float = 30) -> None:
    over = time.monotonic() + limit_s
    while not seen():
        assert time.monotonic() < over
        time.sleep(0.05)
