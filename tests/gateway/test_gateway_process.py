"""The gateway as a process of its own."""

import asyncio
import os
import signal
import subprocess
import sys

import httpx2
import psutil
import pytest
from gateway_house import house_in_a_thread, settings_for

from gateway.main import on_this_machine
from groove_local.ports import free_port
from support.bus import provisioned


def environment(nats_url, postgres_url, s3, prefix, **changes):
    return {
        **os.environ,
        "GROOVE_NATS_URL": nats_url,
        "GROOVE_POSTGRES_URL": postgres_url,
        "GROOVE_PREFIX": prefix,
        "GROOVE_S3_ENDPOINT": s3.endpoint,
        "GROOVE_S3_BUCKET": s3.bucket,
        "GROOVE_S3_ACCESS_KEY": s3.access_key,
        "GROOVE_S3_SECRET_KEY": s3.secret_key,
        "GROOVE_S3_REGION": s3.region,
        **changes,
    }


def start(env):
    return subprocess.Popen(
        [sys.executable, "-m", "gateway.main"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "example.com", "", "127.0.0.1.example.com"])  # noqa: S104
def test_only_this_machine_is_this_machine(host):
    assert not on_this_machine(host)
    assert all(on_this_machine(name) for name in ("127.0.0.1", "localhost", "::1"))


def test_it_refuses_an_address_that_others_could_reach():
    env = environment("nats://127.0.0.1:1", "postgresql://127.0.0.1:1/x", _nowhere(), "p", GROOVE_HOST="192.0.2.7")
    _, said = (process := start(env)).communicate(timeout=20)
    assert process.returncode == 78
    assert "192.0.2.7" in said
    assert "GROOVE_HOST=127.0.0.1" in said


def _nowhere():
    from groove_local.addresses import S3

    return S3("http://127.0.0.1:1", "b", "k", "s")


def test_it_says_which_server_is_missing(postgres_url, s3):
    process = start(environment("nats://127.0.0.1:1", postgres_url, s3, "p"))
    _, said = process.communicate(timeout=20)
    assert process.returncode == 69
    assert "no NATS server answers at nats://127.0.0.1:1" in said
    assert "Traceback" not in said


async def test_it_serves_is_small_and_stops_when_told(nats_url, postgres_url, s3, prefix):
    port = free_port()
    async with provisioned(nats_url, prefix):
        process = start(environment(nats_url, postgres_url, s3, prefix, GROOVE_PORT=str(port)))
        try:
            async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
                await answering(http, process)
                ready = (await http.get("/ready")).json()
                assert ready["status"] == "ready"
                assert set(ready["checks"]) == {"nats", "log", "postgres", "objects", "views"}
                await http.get("/openapi.json")
                assert psutil.Process(process.pid).memory_info().rss < 150_000_000
                async with http.stream("GET", "/api/stream") as stream:
                    assert stream.status_code == 200
                    process.send_signal(signal.SIGTERM)
                    assert await asyncio.to_thread(process.wait, 3) == 0
        finally:
            process.kill()
            process.communicate()


async def answering(http, process):
    async with asyncio.timeout(20):
        while True:
            assert process.poll() is None, process.communicate()
            try:
                if (await http.get("/ready")).status_code == 200:
                    return
            except httpx2.TransportError:
                await asyncio.sleep(0.05)


def test_a_page_of_a_listed_origin_may_call(nats_url, postgres_url, s3, prefix):
    settings = settings_for(nats_url, postgres_url, s3, prefix, cors_origins="http://localhost:5173")
    with house_in_a_thread(settings) as house, house.client() as api:
        origin = {"Origin": "http://localhost:5173"}
        answer = api.get("/api/graphs", headers=origin)
        assert answer.headers["access-control-allow-origin"] == origin["Origin"]
        asked = api.options("/api/graphs", headers={**origin, "Access-Control-Request-Method": "POST"})
        assert "POST" in asked.headers["access-control-allow-methods"]
        assert api.get("/api/graphs", headers={"Origin": "http://localhost:5174"}).status_code == 403
