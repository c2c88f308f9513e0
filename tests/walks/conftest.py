"""A second installation: with a key for Google, whose machine room is a fake, and a paid vendor that forgets."""

import base64
from collections.abc import Iterator

import pytest

from groove_local.ports import free_port
from groove_local.stack import Stack
from support.api import Api
from support.elsewhere import Forgetful, Google, at_work
from support.running import plan, running
from support.servers import RealServers
from support.vendor import Vendor
from support.wiretap import Wiretap

CANARY = "canary-4Wq9xZt7LmR2vK8n"
"""The key. It looks like no vendor's, so only who knows it can hide it."""
BADGE_CANARY = "badge-canary-8hT3mVq6Yc1Jd5Ls"
"""What its workers show to be given users' keys."""
SEALING_CANARY = f"first:{base64.b64encode(b'sealing-canary-6bN0wRk4Uf7Gp2Xa9').decode()}"
"""What its gateway seals these with."""
PATIENCE_S = 1.5
"""How long the workers wait for Google's answer."""


@pytest.fixture(scope="session")
def google() -> Iterator[Google]:
    fake = Google()
    with at_work(fake):
        yield fake


@pytest.fixture(scope="session")
def wiretap(real_servers: RealServers) -> Iterator[Wiretap]:
    """Hears every message of the second installation, from its first."""
    tap = Wiretap(real_servers.nats_url)
    with at_work(tap):
        yield tap


@pytest.fixture(scope="session")
def google_stack(real_servers: RealServers, google: Google, vendor: Vendor, wiretap: Wiretap) -> Iterator[Stack]:
    forgetful = Forgetful(vendor.url)
    with at_work(forgetful):
        told = {
            "GROOVE_PROVIDERS": "local,google,fake",
            "GROOVE_GOOGLE_BASE_URL": google.url,
            "GROOVE_GOOGLE_TIMEOUT_S": str(PATIENCE_S),
            "GROOVE_FAKE_URL": forgetful.url,
        }
        port = free_port()
        asking = {"GROOVE_GATEWAY_URL": f"http://127.0.0.1:{port}", "GROOVE_WORKER_TOKEN": BADGE_CANARY}
        giving = {"GROOVE_SECRET_KEYS": SEALING_CANARY, "GROOVE_WORKER_TOKEN": BADGE_CANARY}
        extra = {"*": told, "gateway": giving, "text-worker": asking, "image-worker": asking}
        workers = ("text-worker", "image-worker", "audio-worker")
        how = plan(port=port, prefix=wiretap.prefix, keys={"GOOGLE_API_KEY": CANARY}, extra=extra, workers=workers)
        with running(real_servers.data / "google", how, real_servers.addresses()) as stack:
            yield stack


@pytest.fixture
def paying(google_stack: Stack) -> Iterator[Api]:
    """The API of the second installation."""
    with Api(google_stack.url) as speaking:
        yield speaking
