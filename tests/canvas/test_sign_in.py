"""Where everybody signs in, and under the name by which others reach it: no localhost, and no TLS either."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from canvas.board import Canvas
from canvas.conftest import window
from groove_local.ports import free_port
from support.api import Api, node, workflow
from support.browser import PUBLIC_NAME
from support.running import plan, running
from support.servers import RealServers

GROOVE = Path(sys.executable).with_name("groove")


@pytest.fixture(scope="module")
def guarded(real_servers: RealServers, built: Path) -> Iterator[tuple[str, str]]:
    """The address of an installation, and somebody's key."""
    port = free_port()
    url = f"http://{PUBLIC_NAME}:{port}"
    how = {"GROOVE_AUTH": "required", "GROOVE_PUBLIC_URL": url, "GROOVE_CANVAS": str(built)}
    data = real_servers.data / "guarded"
    with running(data, plan(port=port, workers=(), extra={"gateway": how}), real_servers.addresses()):
        add = [GROOVE, "users", "add", "Ada", "--data", str(data), "--json"]
        done = subprocess.run(add, capture_output=True, text=True, env=dict(os.environ), check=True)
        yield url, json.loads(done.stdout)["key"]


@pytest.fixture
def canvas(browser: Browser, guarded: tuple[str, str]) -> Iterator[Canvas]:
    url, key = guarded
    with Api(url.replace(PUBLIC_NAME, "127.0.0.1")) as api:
        api.http.headers["Authorization"] = f"Bearer {key}"
        with window(browser, url, api) as opened:
            opened.allow("401")
            yield opened


def test_one_signs_in_with_a_key_and_is_asked_again_when_the_session_is_gone(canvas: Canvas, guarded: tuple[str, str]):
    _, key = guarded
    graph = canvas.api.post(
        f"/api/graphs/import?project_id={canvas.project}", workflow(node("words", "text", text="x"))
    )
    page = canvas.page
    page.goto(f"{canvas.url}/#/g/{graph['id']}")
    secret = page.get_by_label("API key or token")
    expect(secret).to_be_visible()
    canvas.axe()
    secret.fill("wrong")
    secret.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    secret.fill(key)
    secret.press("Enter")
    expect(canvas.node("words")).to_be_visible()
    name = page.get_by_label("Name of the graph")
    name.fill("Mine")
    name.press("Enter")
    canvas.saved()
    assert canvas.graph()["name"] == "Mine"
    page.reload()
    expect(canvas.node("words")).to_be_visible()
    page.context.clear_cookies()
    page.reload()
    expect(secret).to_be_visible()
