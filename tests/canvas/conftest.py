"""Real Chromium before the real system: `canvas` is a window of its own, in a project of its own, for every test.

A test fails as well if the browser complained: a mistake in a script, a warning, something that the page's policy
forbids, an answer with an error. What a test itself brings about it names with `canvas.allow(...)`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from canvas.board import Canvas
from groove_local.stack import Stack
from support.api import Api
from support.browser import MISSING, WINDOW, build_canvas, chromium, launched
from support.servers import RealServers, unique


@pytest.fixture(scope="session")
def built(real_servers: RealServers) -> Path:
    """The canvas as its sources are now, where the gateways of `stack` and `studio` look for it."""
    place = real_servers.data / "canvas"
    build_canvas(place)
    return place


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """For these tests only: while it is there, a loop runs in this thread, and async tests cannot."""
    with sync_playwright() as it:
        yield it


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Without one the tests fail, unless ALLOW_NO_BROWSER=1: what nobody has looked at is not known to work."""
    if chromium() is None:
        if os.environ.get("ALLOW_NO_BROWSER") == "1":
            pytest.skip("no Chromium, and ALLOW_NO_BROWSER=1")
        pytest.fail(MISSING)
    browser = launched(playwright)
    yield browser
    browser.close()


@contextmanager
def window(browser: Browser, url: str, api: Api) -> Iterator[Canvas]:
    """A window before the server at `url`, in a project of `api`'s user. Complaints fail it when it is closed."""
    project = api.post("/api/projects", {"name": unique("p")})["id"]
    context = browser.new_context(viewport=WINDOW, reduced_motion="reduce")
    canvas = Canvas(context.new_page(), context, api, url, project)
    canvas.watch(canvas.page)
    yield canvas
    context.close()
    assert not canvas.complaints()


@pytest.fixture
def canvas(browser: Browser, stack: Stack, api: Api, built: Path) -> Iterator[Canvas]:
    """A window at the project's front page, nothing loaded yet: `canvas.home()`, `canvas.draw(workflow)`."""
    assert built.is_dir()
    with window(browser, stack.url, api) as opened:
        yield opened


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    seen = getattr(item, "funcargs", {}).get("canvas")
    if call.when == "call" and report.failed and isinstance(seen, Canvas):
        report.sections.append(("canvas", seen.evidence()))
    return report
