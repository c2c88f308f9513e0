"""Each worker from one process to four and back under load, by the numbers that KEDA reads; and every service replaced
by a new process while a run is at work.
"""

import io
import os
import re
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from threading import Thread

import httpx2
import pytest

from contracts.permissions import WORKERS
from contracts.work import Claimed, Succeeded
from deploy.fleet import AT_LEAST, MOST, Fleet, Line, follow
from deploy.keda import Monitor
from deploy.places import SERVICES
from deploy.processes import Nursery, nursery
from deploy.rollout import Rollout
from groove_local.addresses import S3
from support.api import Api, StreamEvent, edge, node, workflow
from support.bus import provisioned
from support.servers import RealServers, unique
from support.tiny_faces import face
from support.vendor import Vendor, vendor_at_work
from workers.bench import Bench, bench

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


@pytest.fixture(scope="module")
def nurse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Shared: to import everything takes longer than to start twenty processes."""
    with nursery(tmp_path_factory.mktemp("nursery")) as one:
        yield one


@pytest.fixture
async def workshop(nats_url: str, s3: S3, prefix: str, tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench(nats_url, s3, prefix, tmp_path, lease_s=30) as made:
        yield made


@pytest.fixture
def monitor(real_servers: RealServers, nats_url: str) -> Monitor:
    assert nats_url
    config = (real_servers.data / "nats" / "nats.conf").read_text()
    return Monitor(f"http://{re.search(r'^http: (.+)$', config, re.MULTILINE)[1]}")  # type: ignore[index]


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
    real_servers: RealServers, patient: Vendor, face_models: Path, nurse: Nursery, tmp_path: Path
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
async def test_each_worker_goes_from_one_process_to_four_and_back_and_nothing_is_lost_or_repeated(
    workshop: Bench, monitor: Monitor, nurse: Nursery, tmp_path: Path
) -> None:
    env = workshop.environment() | {"GROOVE_GRACE_S": "20"}
    lines = {queue: Line(queue, Fleet(service, nurse, env, tmp_path)) for service, queue in WORKERS.items()}
    await follow(workshop, monitor, lines)
    assert {queue: len(line.fleet.pids) for queue, line in lines.items()} == dict.fromkeys(lines, 1)
    for line in lines.values():
        line.fleet.scale(0)
        assert [nurse.wait(pid) for pid in line.fleet.ended] == [0] * MOST, line.queue

    for line in lines.values():
        nodes = [f"{line.queue}-{n:03}" for n in range(line.put)]
        each_once = Counter((node, kind) for node in nodes for kind in (Claimed, Succeeded))
        assert Counter((node, type(report)) for node, report in line.reports) == each_once
        alone, together = line.rates()
        print(f"{line.queue}: {line.put} tasks, {alone:.2f}/s alone, {together:.2f}/s of four: {together / alone:.1f}x")
        assert together >= AT_LEAST * alone, line.queue


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
