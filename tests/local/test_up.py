"""`groove up` as a person runs it: a process, a port, a data directory, and Ctrl-C."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx2

from groove_local.ports import free_port
from local.waiting import alive, pid_in, until_now

NAMES = ("nats", "postgres", "seaweedfs", "gateway", "orchestrator", "text-worker", "image-worker")
GROOVE = str(Path(sys.executable).with_name("groove"))


def test_up_serves_mends_itself_stops_within_ten_seconds_and_keeps_everything(tmp_path):
    port = free_port()
    with _up(port, tmp_path) as process:
        pids = {name: pid_in(tmp_path, name) for name in NAMES}
        assert all(alive(pid) for pid in pids.values())
        assert all((tmp_path / "log" / f"{name}.log").exists() for name in NAMES)
        graph = httpx2.post(f"http://127.0.0.1:{port}/api/graphs/", json={"name": "kept"}).raise_for_status().json()
        os.kill(pids["gateway"], signal.SIGKILL)
        until_now(lambda: pid_in(tmp_path, "gateway") not in (None, pids["gateway"]))
        until_now(lambda: _answers(port))
        pids["gateway"] = pid_in(tmp_path, "gateway")
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
        assert time.monotonic() - asked < 10
    assert not any(alive(pid) for pid in pids.values())
    assert list((tmp_path / "run").glob("*.pid")) == []
    with _up(port, tmp_path):
        found = httpx2.get(f"http://127.0.0.1:{port}/api/graphs/{graph['id']}").raise_for_status().json()
        assert found["name"] == "kept"


def test_a_taken_port_is_refused_with_who_has_it_and_what_to_do(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [GROOVE, "--json", "up", "--port", str(port), "--data", str(tmp_path)]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert ran.returncode == 1
        assert [json.loads(line)["event"] for line in ran.stdout.splitlines()] == ["starting"]
        said = json.loads(ran.stderr)
        assert said["title"] == "Cannot start"
        assert f"port {port} on 127.0.0.1 is taken" in said["why"]
        assert "make up PORT=" in said["remedy"]
        command.remove("--json")
        ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert "did not start.\n  why:" in ran.stderr


@contextmanager
def _up(port, data):
    """Running and ready; stopped at the end."""
    command = [GROOVE, "up", "--json", "--port", str(port), "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        said = []
        for line in process.stdout:
            said.append(line)
            if json.loads(line)["event"] == "serving":
                assert json.loads(line)["url"] == f"http://127.0.0.1:{port}"
                break
        else:
            raise AssertionError("".join(said))
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=15)
            assert json.loads(rest.splitlines()[-1])["event"] == "stopped"


def _answers(port):
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/ready").status_code == 200
    except httpx2.TransportError:
        return False
