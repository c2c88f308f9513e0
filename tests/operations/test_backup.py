"""An installation is lost while a paid run is under way, and goes on elsewhere from its backup."""

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from contracts.subjects import Subjects
from gateway.backup.command import bring_back
from gateway.rebuild.work import check
from groove_local.addresses import Addresses
from groove_local.stack import Stack
from kit.log_jetstream import JetStreamLog
from kit.nats import connect
from support.api import Api, StreamEvent, edge, node, workflow
from support.running import plan, running
from support.servers import RealServers, unique
from support.vendor import Vendor
from walks.paid import PAINTER

GROOVE = str(Path(sys.executable).with_name("groove"))
HOURS = 36_000.0
ASKED = (
    "/api/graphs",
    "/api/projects",
    "/api/assets",
    "/api/executions",
    "/api/characters",
    "/api/keys",
    "/api/webhooks",
    "/api/projects/default/generations",
)


@dataclass(frozen=True)
class Lost:
    """What was there, and what is left of it."""

    folder: Path
    told: dict[str, Any]
    """Every list of the API at the moment of the backup."""
    events: list[StreamEvent]
    """Of the finished run."""
    media: dict[str, bytes]
    finished: str
    under_way: str
    said: dict[str, Any]
    """By the command."""
    log: str
    """The name of its stream."""


def groove(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([GROOVE, *arguments], env=environment, capture_output=True, text=True, check=False)


def told_by(api: Api) -> dict[str, Any]:
    return {path: api.get(path) for path in ASKED}


@pytest.fixture(scope="module")
def place(real_servers: RealServers) -> Addresses:
    return replace(real_servers.guarded(), nats_url=real_servers.another_nats("lost"))


@contextmanager
def installed(data: Path, at: Addresses | None, vendor: Vendor, prefix: str) -> Iterator[Stack]:
    extra = {"*": {"GROOVE_PROVIDERS": "local,fake", "GROOVE_FAKE_URL": vendor.url}}
    with running(data, plan(extra=extra, prefix=prefix, workers=("image-worker",)), at) as stack:
        yield stack


def drawn(word: str) -> dict[str, Any]:
    first = node("first", "text_to_image", prompt=f"a tower {word}", **PAINTER)
    second = node("second", "image_to_image", prompt=f"at night {word}", **PAINTER)
    return workflow(first, second, edges=(edge("first.image", "second.image"),))


@pytest.fixture(scope="module")
def lost(place: Addresses, vendor: Vendor, real_servers: RealServers, tmp_path_factory: pytest.TempPathFactory) -> Lost:
    data, prefix = tmp_path_factory.mktemp("lost"), real_servers.users.prefix
    with installed(data, place, vendor, prefix) as stack, Api(stack.url) as api:
        done = api.run(drawn(unique("w")))
        assert done["state"] == "completed", done
        api.save(drawn("kept"))
        api.post("/api/projects", {"name": "A film"})
        (made,) = done["nodes"]["second"]["outputs"]["image"]
        media = {url: api.http.get(url).content for url in (made["url"], made["thumbnail_url"])}
        vendor.takes(HOURS)
        run = api.start(drawn(unique("w")))
        for event in api.stream(run):
            if event.name == "node_started":
                break
        while not vendor.jobs(run):
            pass
        vendor.takes(0)
        environment = plan().inherited | place.environment(prefix, "operator")
        saved = groove("backup", str(data / "backup"), "--json", environment=environment)
        assert saved.returncode == 0, saved.stderr
        events = list(api.stream(done["id"]))
        said, log = json.loads(saved.stdout), Subjects(prefix).log
        return Lost(data / "backup", told_by(api), events, media, done["id"], run, said, log)


def finish_jobs(real_servers: RealServers) -> None:
    with sqlite3.connect(real_servers.data / "vendor.sqlite", timeout=20) as ledger:
        ledger.execute("UPDATE job SET seconds = 0")
    ledger.close()


@pytest.fixture(scope="module")
def elsewhere(place: Addresses, real_servers: RealServers) -> Addresses:
    """Empty servers."""
    s3 = replace(place.s3, bucket=unique("b"))
    url = real_servers.another_nats("elsewhere")
    return replace(place, nats_url=url, postgres_url=real_servers.new_database(), s3=s3)


@pytest.fixture
def restored(
    real_servers: RealServers, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[Path, Addresses], tuple[int, str]]:
    """As `groove restore` does it, in this process: exit code, and what was complained of."""

    def restore(folder: Path, at: Addresses) -> tuple[int, str]:
        for name, value in at.environment(real_servers.users.prefix, "provision").items():
            monkeypatch.setenv(name, value)
        return bring_back(folder=folder, as_json=False), capsys.readouterr().err

    return restore


def test_what_is_damaged_or_not_empty_is_refused_before_anything_is_changed(
    lost: Lost,
    place: Addresses,
    elsewhere: Addresses,
    restored: Callable[[Path, Addresses], tuple[int, str]],
    tmp_path: Path,
):
    code, said = restored(lost.folder, place)
    assert (code, "Restore into an empty one" in said) == (3, True)
    code, said = restored(lost.folder, replace(elsewhere, nats_url=place.nats_url))
    assert (code, f"Stream {lost.log} is there already" in said) == (3, True)
    damaged = tmp_path / "damaged"
    shutil.copytree(lost.folder, damaged)
    (picture, *_) = sorted((damaged / "media" / "objects").iterdir())
    picture.write_bytes(picture.read_bytes()[:-1])
    code, said = restored(damaged, elsewhere)
    assert (code, picture.name in said) == (1, True)
    (damaged / "streams" / f"{lost.log}.snapshot").unlink()
    code, said = restored(damaged, elsewhere)
    assert (code, f"{lost.log}.snapshot cannot be read" in said) == (1, True)
    (damaged / "backup.json").unlink()
    code, said = restored(damaged, elsewhere)
    assert (code, "no finished backup" in said) == (3, True)


def test_all_is_there_again_and_the_run_goes_on_and_is_paid_once(
    lost: Lost, vendor: Vendor, real_servers: RealServers, tmp_path: Path
):
    """On a machine that had nothing: `groove restore`, and then as `groove up` does."""
    prefix, data = real_servers.users.prefix, tmp_path / "data"
    environment = {**plan().inherited, "GROOVE_PREFIX": prefix}
    said = groove("restore", str(lost.folder), "--data", str(data), "--json", environment=environment)
    assert said.returncode == 0, said.stderr
    told = [json.loads(line) for line in said.stdout.splitlines()]
    assert lost.said["messages"] in [one.get("messages") for one in told]
    again = groove("restore", str(lost.folder), "--data", str(data), environment=environment)
    assert (again.returncode, "is not empty" in again.stderr) == (1, True)
    finish_jobs(real_servers)
    with installed(data, None, vendor, prefix) as stack, Api(stack.url) as api:
        done = api.finish(lost.under_way)
        assert done["state"] == "completed", done
        assert len(vendor.jobs(lost.under_way)) == 2, "what was asked for before the loss is not asked for again"
        assert list(api.stream(lost.finished)) == lost.events
        assert {url: api.http.get(url).content for url in lost.media} == lost.media
        now = told_by(api)
        for path in ASKED:
            assert without(now[path], lost.under_way) == without(lost.told[path], lost.under_way), path
        assert api.run(drawn("after"))["state"] == "completed"
        assert asyncio.run(views_are_equal(stack.addresses, prefix))


async def views_are_equal(at: Addresses, prefix: str) -> bool:
    nc = await connect(at.nats_url, "test", at.login("operator"))
    try:
        subjects = Subjects(prefix)
        return (await check(at.postgres_url, JetStreamLog(nc, subjects.log), subjects)).compared.equal
    finally:
        await nc.close()


def without(told: dict[str, Any], run: str) -> list[Any]:
    return [item for item in told["items"] if run not in json.dumps(item)]
