"""`groove doctor`: an installation that is well, and one ill in every way that it knows."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nats.aio.client import Client
from pydantic import SecretStr

from contracts.subjects import Subjects
from gateway.doctor import command
from gateway.doctor.bus import bus as examined
from gateway.doctor.bus import synced
from gateway.doctor.clocks import compared
from gateway.doctor.findings import Finding, looked
from gateway.doctor.services import services
from gateway.doctor.settings import DoctorSettings, settings_read
from gateway.doctor.stores import disk, faces, objects, postgres
from groove_local.addresses import S3
from groove_local.ports import free_port
from groove_local.servers.nats import find_binary
from groove_local.stack import Stack
from kit.errors import Unavailable
from kit.health import HealthServer
from kit.nkeys import new_seed
from kit.readiness import Readiness
from kit.settings import beside
from kit.wire import Wire
from laws.own_server import answers

NOBODY = "http://127.0.0.1:9"


def ill(found: list[Finding]) -> list[str]:
    """What is wrong, and that each says what to do."""
    assert all(one.remedy for one in found if one.state in {"wrong", "warning"})
    return [f"{one.part}: {one.told}" for one in found if one.state == "wrong"]


@pytest.fixture
def told(bus: Client, prefix: str, nats_url: str, postgres_url: str, s3: S3, tmp_path: Path) -> DoctorSettings:
    """Servers and streams, and none of our processes."""
    del bus
    return DoctorSettings(
        nats_url=nats_url,
        prefix=prefix,
        postgres_url=SecretStr(postgres_url),
        s3_endpoint=s3.endpoint,
        s3_bucket=s3.bucket,
        s3_access_key=SecretStr(s3.access_key),
        s3_secret_key=SecretStr(s3.secret_key),
        data=tmp_path,
    )


def test_the_shared_stack_is_well_but_for_workers_that_it_does_not_have(stack: Stack):
    groove = [Path(sys.executable).with_name("groove"), "doctor", "--data", stack.data, "--json"]
    done = subprocess.run(groove, capture_output=True, text=True, check=False)
    findings = json.loads(done.stdout)["findings"]
    assert (done.returncode, [one for one in findings if one["state"] == "wrong"]) == (0, []), done.stderr
    lacking = {one["told"] for one in findings if one["state"] == "warning" and one["part"] == "workers"}
    assert lacking == {f"no worker pulls the queue {queue}" for queue in ("video", "audio", "face")}
    parts = {one["part"] for one in findings if one["state"] == "well"}
    named = {"gateway", "orchestrator-1", "orchestrator-2", "text-worker", "image-worker"}
    assert parts >= {"settings", "nats", "jetstream", "clocks", "streams", "orchestrators", "workers", *named}
    assert parts >= {"postgres", "objects", "disk"}


async def test_the_operator_may_look_and_a_user_that_the_server_does_not_know_may_not(stack: Stack):
    settings = beside(DoctorSettings, stack.data)
    assert settings.nats_user == "operator"
    stranger = settings.model_copy(update={"nats_seed": SecretStr(new_seed())})
    assert "it does not let us in" in ill(await examined(stranger))[0]
    worker = settings.model_copy(
        update={"nats_user": "text-worker", "nats_seed": SecretStr(stack.addresses.seeds["text-worker"])}
    )
    (refused,) = ill(await examined(worker))
    assert refused.startswith("streams: "), "a worker may ask for the log and for its own queue alone"


async def test_without_nats_all_else_is_looked_at(told: DoctorSettings):
    found = await command.examine(told.model_copy(update={"nats_url": f"nats://127.0.0.1:{free_port()}"}))
    assert any(one.startswith("nats: no NATS server answers") for one in ill(found))
    assert {one.part for one in found if one.state == "well"} >= {"objects", "postgres"}


async def test_streams_and_consumers_that_are_missing_or_otherwise_are_named(
    bus: Client, told: DoctorSettings, prefix: str
):
    subjects, wire = Subjects(prefix), Wire(bus)
    await wire.api(f"CONSUMER.DELETE.{subjects.tasks}.video")
    await wire.api(f"STREAM.DELETE.{subjects.parked}")
    config = (await wire.api(f"CONSUMER.INFO.{subjects.tasks}.image"))["config"]
    body = {"stream_name": subjects.tasks, "config": config | {"max_ack_pending": 7}, "action": "update"}
    await wire.api(f"CONSUMER.CREATE.{subjects.tasks}.image", body)
    found = [one for one in ill(await examined(told)) if one.startswith("streams")]
    assert found == [
        f"streams: consumer {subjects.tasks}/image differs in max_ack_pending",
        f"streams: consumer {subjects.tasks}/video is missing",
        f"streams: stream {subjects.parked} is missing",
    ]
    await wire.api(f"STREAM.DELETE.{subjects.log}")
    assert ill(await examined(told)) == [f"jetstream: there is no stream {subjects.log}"]


async def test_where_nobody_pulls_runs_stand_still(bus: Client, told: DoctorSettings, prefix: str):
    subject = Subjects(prefix).task("image", "p", "r", "n")
    await bus.request(subject, b"{}")
    found = await examined(told)
    assert "orchestrators: nobody pulls the partitions [0, 1, 2, 3, 4, 5, 6, 7]: runs in them stand still" in ill(found)
    assert "workers: no worker pulls the queue image, where 1 tasks lie" in ill(found)


async def test_a_database_that_is_empty_or_away(told: DoctorSettings):
    assert "its tables are at nothing" in ill(await postgres(told))[0]
    away = SecretStr(f"postgresql://me@127.0.0.1:{free_port()}/x")
    assert "does not let us in" in ill(await postgres(told.model_copy(update={"postgres_url": away})))[0]


async def test_object_storage_with_a_wrong_key_or_a_public_address_where_nothing_is(told: DoctorSettings):
    assert ill(await objects(told)) == []
    (refused,) = ill(await objects(told.model_copy(update={"s3_secret_key": SecretStr("wrong")})))
    assert refused.startswith(f"objects: {told.s3_endpoint}: ")
    assert "wrong" not in refused.partition(str(told.s3_endpoint))[2]
    (nowhere,) = ill(await objects(told.model_copy(update={"s3_public_endpoint": NOBODY})))
    assert "a signed link does not answer" in nowhere


async def test_vectors_and_weights_that_are_not_there(told: DoctorSettings, tmp_path: Path):
    ailing = told.model_copy(update={"qdrant_url": NOBODY, "face_models": tmp_path})
    qdrant, weights = ill(await faces(ailing))
    assert qdrant.startswith("qdrant: it does not answer")
    assert weights == f"faces: there are no *.onnx files in {tmp_path}"


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(0, "well"), (-0.9, "well"), (3, "warning"), (-3, "warning"), (11, "wrong"), (-3600, "wrong")],
)
def test_clocks_that_are_apart(seconds: float, state: str):
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    (found,) = compared("NATS", noon + timedelta(seconds=seconds), noon)
    assert found.state == state


async def test_a_disk_that_is_nearly_full(told: DoctorSettings, monkeypatch: pytest.MonkeyPatch):
    usage = type("Usage", (), {"free": 3e8})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    assert "0.3 GB are free" in ill(await disk(told))[0]


async def test_a_service_that_is_not_ready_says_why_and_one_that_is_away_where(told: DoctorSettings):
    async def away() -> None:
        raise Unavailable("not connected to NATS")

    server = HealthServer(Readiness({"nats": away}))
    await server.start()
    urls = f"image-worker=http://127.0.0.1:{server.port}"
    gateway, worker = ill(await services(told.model_copy(update={"url": NOBODY, "health_urls": urls})))
    await server.close()
    assert gateway.startswith(f"gateway: {NOBODY} does not answer")
    assert worker == "image-worker: not ready: nats: not connected to NATS"


@pytest.mark.parametrize(("interval", "wrong"), [("always", 0), ('"10s"', 1)])
async def test_whether_nats_writes_through_is_asked_of_its_monitoring(
    told: DoctorSettings, tmp_path: Path, interval: str, wrong: int
):
    port, monitor, file = free_port(), free_port(), tmp_path / "nats.conf"
    store = f'jetstream {{ store_dir: "{tmp_path}", sync_interval: {interval} }}'
    file.write_text(f"listen: 127.0.0.1:{port}\nhttp: 127.0.0.1:{monitor}\n{store}\n")
    server = await asyncio.create_subprocess_exec(find_binary(), "-c", file, stderr=asyncio.subprocess.DEVNULL)
    try:
        while not await answers(port):
            assert server.returncode is None
        found = await synced(told.model_copy(update={"nats_monitor": f"http://127.0.0.1:{monitor}"}))
    finally:
        server.kill()
        await server.wait()
    assert len(ill(found)) == wrong


def test_a_setting_that_is_misspelt_is_told_with_the_right_name(told: DoctorSettings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GROOVE_NATS_URL", told.nats_url)
    monkeypatch.setenv("GROOVE_PROVIDERS_SLOTS", "google=8")
    monkeypatch.setenv("GROOVE_SOMETHING_OF_ANOTHER", "1")
    read, slip = settings_read(told)
    assert (read.state, slip.state) == ("well", "warning")
    assert slip.told == "GROOVE_PROVIDERS_SLOTS is no setting of ours, and GROOVE_PROVIDER_SLOTS is"


def test_where_nothing_runs_and_nothing_is_told_it_says_so(told: DoctorSettings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("GROOVE_NATS_URL", raising=False)
    assert "nothing runs in" in ill(settings_read(told))[0]


async def test_what_was_not_expected_is_a_finding_too():
    async def broken() -> list[Finding]:
        raise RuntimeError("the moon")

    assert ill(await looked("moon", broken)) == ["moon: RuntimeError: the moon"]
