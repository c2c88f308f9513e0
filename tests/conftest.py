"""Real servers, one of each per test run, and names that keep tests apart.

`nats_url` `s3` `postgres_url` `new_database` `prefix` `bus` are pieces; `stack` is the whole system, as processes.
A test that needs it otherwise (a fake provider, two orchestrators, servers to kill) takes `support.running.running`.
"""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from nats.aio.client import Client

from groove_local import ports
from groove_local.addresses import S3
from groove_local.services import WORKER_SLOTS
from groove_local.stack import JETSTREAM, Stack
from support.api import Api
from support.bus import provisioned
from support.espeak import path_with_voice
from support.running import plan, running
from support.servers import RealServers, unique
from support.tiny_faces import shared_models
from support.vendor import Vendor, vendor_at_work

LONG_ONES = (
    "chaos",
    "deploy/test_scaling",
    "fuzz",
    "local",
    "walks",
    "workers",
    "orchestrator_",
    "examples",
)
"""Begun first: side by side, what is long and late would leave one core idle. xdist would begin with many small ones:
the Makefile tells it not to."""

LEASE_S = 3
"""How long the stack's workers may be silent before their tasks are given to others; 30 in an installation."""


hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")


def pytest_configure() -> None:
    """Tests that run side by side take their ports from different ranges."""
    nth, of = os.environ.get("PYTEST_XDIST_WORKER", "gw0"), os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")
    ports.share(int(nth.removeprefix("gw")), int(of))
    os.environ["GROOVE_PORT_SHARE"] = f"{nth.removeprefix('gw')}/{of}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next((at for at, name in enumerate(LONG_ONES) if name in item.nodeid), len(LONG_ONES)))


@pytest.fixture(scope="session")
def real_servers() -> Iterator[RealServers]:
    servers = RealServers()
    try:
        yield servers
    finally:
        servers.stop()


@pytest.fixture(scope="session")
def nats_url(real_servers: RealServers) -> str:
    """JetStream with nothing in it but what other tests put under their own prefixes."""
    return real_servers.nats_url


@pytest.fixture(scope="session")
def s3(real_servers: RealServers) -> S3:
    """A bucket shared by all tests: content-addressed keys do not clash, others take `prefix`."""
    return real_servers.s3


@pytest.fixture(scope="session")
def new_database(real_servers: RealServers) -> Callable[[], str]:
    """Makes an empty database and gives its URL, for modules that share one."""
    return real_servers.new_database


@pytest.fixture
def postgres_url(real_servers: RealServers) -> str:
    """An empty database of this test's own."""
    return real_servers.new_database()


@pytest.fixture(scope="session")
def face_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory for GROOVE_FACE_MODELS, with models that know the drawn people of `support.tiny_faces`."""
    return shared_models(tmp_path_factory.getbasetemp())


@pytest.fixture
def prefix() -> str:
    """This test's own first token of every subject."""
    return unique()


@pytest.fixture
async def bus(nats_url: str, prefix: str) -> AsyncIterator[Client]:
    """A connection; the streams and consumers of deploy/jetstream.toml are there under `prefix`."""
    async with provisioned(nats_url, prefix) as client:
        yield client


@pytest.fixture(scope="session")
def vendor(real_servers: RealServers) -> Iterator[Vendor]:
    """The fake paid provider that the stack's workers may ask: `provider: fake`, `model: fake-painter` and others."""
    with vendor_at_work(real_servers.data / "vendor.sqlite") as at_work:
        yield at_work


@pytest.fixture(scope="session")
def stack(real_servers: RealServers, vendor: Vendor) -> Iterator[Stack]:
    """Every service as a process and NATS user of its own, two orchestrators, and the fake paid provider.

    Shared: what a test kills must be back before it ends (`stack.ready`).
    """
    short = real_servers.data / "jetstream.toml"
    short.write_text(JETSTREAM.read_text().replace("ack_wait_s = 30", f"ack_wait_s = {LEASE_S}"))
    extra = {
        "*": {"GROOVE_PROVIDERS": "local,fake", "GROOVE_FAKE_URL": vendor.url},
        "gateway": {"GROOVE_CANVAS": str(real_servers.data / "canvas")},
    }
    how = plan(orchestrators=2, extra=extra, streams=short, prefix=real_servers.users.prefix)
    with running(real_servers.data / "stack", how, real_servers.guarded()) as running_stack:
        yield running_stack


@pytest.fixture(scope="session")
def studio(real_servers: RealServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Every worker, nothing configured: as `make up` has it, with something that speaks where espeak-ng is missing."""
    voice = {"PATH": path_with_voice(tmp_path_factory.mktemp("voice"))}
    page = {"GROOVE_CANVAS": str(real_servers.data / "canvas")}  # there once a test of tests/canvas has asked for it
    how = plan(workers=tuple(WORKER_SLOTS), extra={"audio-worker": voice, "gateway": page})
    with running(real_servers.data / "studio", how, real_servers.addresses()) as running_stack:
        yield running_stack


@pytest.fixture
def api(stack: Stack) -> Iterator[Api]:
    with Api(stack.url) as speaking:
        yield speaking


@pytest.fixture
def word() -> str:
    """A word nobody else uses: in a prompt it makes a recipe of this test's own."""
    return unique("w")
