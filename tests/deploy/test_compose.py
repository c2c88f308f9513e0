"""deploy/compose.yaml, without an engine: its schema, its images, and that every service can read what it is told."""

import asyncio
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from contracts.permissions import SERVICES as USERS
from deploy import compose
from deploy.places import DEPLOY, IMAGES, ROOT, SERVICES, SETTINGS, known_names
from gateway.backup.command import Settings as BackupSettings
from gateway.doctor.settings import DoctorSettings
from groove_local.ports import LOOPBACK, free_port
from groove_local.servers.nats import find_binary
from kit.errors import Unavailable
from kit.nats import Login, connect
from kit.provision import provision
from kit.settings import read
from kit.wire import ApiError, Wire

sys.path.insert(0, str(DEPLOY))
from keys import for_compose

_NO_SUCH_STREAM = 10059
VERSION = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)[1]  # type: ignore[index]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the keys were made."""
    where = tmp_path_factory.mktemp("compose")
    for_compose(where)
    return where


@pytest.fixture(scope="module")
def file(home: Path) -> dict[str, Any]:
    return compose.read(compose.variables(home / ".env"))


@pytest.fixture(scope="module")
def services(file: dict[str, Any]) -> dict[str, Any]:
    return dict(file["services"])


def test_it_is_what_the_compose_specification_allows() -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    command = [checker, "--builtin-schema", "vendor.compose-spec", compose.FILE]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


def test_every_image_is_pinned_to_one_version_and_ours_are_built_from_the_dockerfile(services: dict[str, Any]) -> None:
    stages = set(re.findall(r"^FROM base AS (\S+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE))
    assert stages == set(IMAGES)
    for name, service in services.items():
        image, _, tag = service["image"].partition(":")
        if image.startswith("groove/"):
            assert (tag, image.removeprefix("groove/") in stages) == (VERSION, True), name
            assert service["pull_policy"] == "never", "there may be another's of that name in a registry"
            assert service.get("build", {"target": image.removeprefix("groove/")})["target"] in stages
        else:
            assert re.match(r"v?\d+\.\d+", tag), f"{name}: {service['image']}"
    assert {name for name in services if services[name]["image"].startswith("groove/")} >= set(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_knows_every_name_that_it_is_told_and_can_read_them(
    service: str, services: dict[str, Any], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = services[service]["environment"]
    assert set(told) <= known_names(SETTINGS[service])
    monkeypatch.setattr("os.environ", compose.environment(services[service], home))
    settings = SETTINGS[service]()  # raises where one is missing or wrong
    assert settings.nats_login is not None  # type: ignore[attr-defined]
    assert settings.nats_login.user == service  # type: ignore[attr-defined]


def test_the_doctor_looks_at_every_service_where_it_answers(
    services: dict[str, Any], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.environ", compose.environment(services["tools"], home))
    told = read(DoctorSettings)
    ports = {name: 8080 if name == "gateway" else 8081 for name in SERVICES}
    assert told.services == {name: f"http://{name}:{port}" for name, port in ports.items()}
    assert told.nats_monitor == "http://nats-1:8222"


@pytest.mark.parametrize(("service", "user"), [("tools", "operator"), ("restore", "provision")])
def test_backups_are_made_and_brought_back_by_who_may_in_a_place_that_stays(
    service: str, user: str, services: dict[str, Any], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.environ", compose.environment(services[service], home))
    settings = read(BackupSettings)
    assert settings.nats_login is not None
    assert settings.nats_login.user == user
    assert services[service]["volumes"] == ["backups:/data"]
    assert "--owner=10001 --group=10001 /data" in (DEPLOY / "Dockerfile").read_text(), "or nothing could be written"


def test_the_door_is_open_to_those_who_sign_in_and_the_ports_to_this_machine(
    services: dict[str, Any], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.environ", compose.environment(services["gateway"], home))
    assert SETTINGS["gateway"]().must_sign_in  # type: ignore[attr-defined]
    for service in services.values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_addresses_are_of_services_that_can_be_reached(services: dict[str, Any]) -> None:
    for name, service in services.items():
        for key, value in service.get("environment", {}).items():
            if key in {"GROOVE_PUBLIC_URL", "GROOVE_S3_PUBLIC_ENDPOINT"}:
                continue
            for url in (one for one in str(value).split(",") if "://" in one):
                host = urlsplit(url.rpartition("=")[2]).hostname
                assert host in services, f"{name}: {key}"
                assert set(services[host]["networks"]) & set(service["networks"]), f"{name} cannot reach {host}"


def test_what_runs_our_code_has_no_rights_and_writes_nowhere_but_where_it_is_told(services: dict[str, Any]) -> None:
    for name in (*SERVICES, "provision", "migrate", "tools", "restore"):
        service = services[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "user" not in service, "the image says which"


def test_a_container_is_given_longer_to_end_than_its_process_takes(services: dict[str, Any]) -> None:
    for name in SERVICES:
        grace = float(services[name].get("environment", {}).get("GROOVE_GRACE_S", 1))
        assert compose.seconds(services[name]["stop_grace_period"]) >= grace + 10, name
        if name.endswith("-worker"):
            assert grace > SETTINGS[name].model_fields["google_timeout_s"].default


def test_what_is_mounted_from_here_is_here(file: dict[str, Any], services: dict[str, Any], home: Path) -> None:
    for name, service in services.items():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            if source.startswith("./compose/nats/"):
                assert (home / source).exists(), mount
            elif source.startswith("./"):
                assert (DEPLOY / source).exists(), f"{name}: {mount}"
            else:
                assert source in file["volumes"]


def test_the_object_store_lets_in_whom_the_services_are(file: dict[str, Any], services: dict[str, Any]) -> None:
    (identity,) = json.loads(file["configs"]["s3"]["content"])["identities"]
    (pair,) = identity["credentials"]
    told = services["gateway"]["environment"]
    assert (pair["accessKey"], pair["secretKey"]) == (told["GROOVE_S3_ACCESS_KEY"], told["GROOVE_S3_SECRET_KEY"])


def test_keys_are_made_once_for_their_owner_alone_and_what_was_written_by_hand_stays(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GROOVE_BIND=10.0.0.7\nPOSTGRES_PASSWORD=mine\n")
    files = for_compose(tmp_path)
    before = [one.read_bytes() for one in files]
    assert [one.read_bytes() for one in for_compose(tmp_path)] == before
    told = compose.variables(tmp_path / ".env")
    assert (told["GROOVE_BIND"], told["POSTGRES_PASSWORD"]) == ("10.0.0.7", "mine")
    secret = [one for one in files if one.name != "authorization.conf"]
    assert {stat.S_IMODE(one.stat().st_mode) for one in secret} == {0o600}
    assert {one.stem for one in files} >= set(USERS)


def test_the_servers_may_read_their_rules_however_strict_he_is_who_makes_them(tmp_path: Path) -> None:
    """Root in a container without rights reads another's file only where everybody may."""
    before = os.umask(0o077)
    try:
        (rules,) = [one for one in for_compose(tmp_path) if one.name == "authorization.conf"]
    finally:
        os.umask(before)
    assert stat.S_IMODE(rules.stat().st_mode) == 0o644


@contextmanager
def three_servers(home: Path, services: dict[str, Any]) -> Iterator[str]:
    """deploy/compose/nats.conf as it is; addresses of the machine stand in for names of containers."""
    etc = home / "etc"
    etc.mkdir()
    (etc / "nats.conf").write_bytes((DEPLOY / "compose" / "nats.conf").read_bytes())
    (etc / "authorization.conf").write_bytes((home / "compose" / "nats" / "authorization.conf").read_bytes())
    names = ("nats-1", "nats-2", "nats-3")
    ports = {name: (free_port(), free_port(), free_port()) for name in names}
    processes = []
    try:
        for name in names:
            client, monitor, route = ports[name]
            env = {key: _here(value, ports) for key, value in services[name]["environment"].items()}
            env["STORE"] = str(home / name)
            flags = ["-a", LOOPBACK, "-p", str(client), "-m", str(monitor)]
            listen = ["--cluster_listen", f"nats://{LOOPBACK}:{route}"]
            command = [find_binary(), "-c", str(etc / "nats.conf"), *flags, *listen]
            with (home / f"{name}.log").open("wb") as log:
                processes.append(subprocess.Popen(command, env=env, stdout=log, stderr=log))
        yield ",".join(f"nats://{LOOPBACK}:{client}" for client, _, _ in ports.values())
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _here(value: str, ports: dict[str, tuple[int, int, int]]) -> str:
    for name, (_, _, route) in ports.items():
        value = value.replace(f"@{name}:6222", f"@{LOOPBACK}:{route}")
    return value


async def test_the_three_servers_keep_everything_three_times_and_let_in_only_who_has_a_key(
    home: Path, services: dict[str, Any]
) -> None:
    user = compose.variables(home / "compose" / "nats" / "provision.env")
    login = Login(user["GROOVE_NATS_USER"], user["GROOVE_NATS_SEED"])
    with three_servers(home, services) as url:
        nc = await _led(url, login)
        try:
            done = await provision(nc, DEPLOY / "jetstream.toml", replicas=3)
            assert not done.drift
            info = await Wire(nc).api("STREAM.INFO.GROOVE_LOG")
            assert len(info["cluster"]["replicas"]) == 2
        finally:
            await nc.close()
        with pytest.raises(Unavailable):
            await connect(url, "stranger")


async def _led(url: str, login: Login) -> Any:
    """Until they have found each other and one leads."""
    async with asyncio.timeout(30):
        while True:
            try:
                nc = await connect(url, "provision", login)
            except Unavailable:
                await asyncio.sleep(0.05)
                continue
            try:
                await Wire(nc, timeout_s=1).api("STREAM.INFO.GROOVE_LOG")
            except ApiError as error:
                if error.code == _NO_SUCH_STREAM:
                    return nc
            except Unavailable:
                pass
            await nc.close()
