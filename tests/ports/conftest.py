"""Each port twice: in memory, and on real servers where all tests share one provisioned prefix."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import uvloop
from nats.aio.client import Client

from groove_local.addresses import S3
from groove_local.stack import JETSTREAM
from kit.log import Log
from kit.log_jetstream import JetStreamLog
from kit.log_memory import MemoryLog
from kit.nats import connect
from kit.objects import Objects
from kit.objects_memory import MemoryObjects
from kit.objects_s3 import S3Objects
from kit.presign import Keys
from kit.provision import provision
from kit.queue import WorkQueue
from kit.queue_memory import MemoryWorkQueue
from kit.register import JetStreamRegister, MemoryRegister, Register
from kit.snapshots import JetStreamSnapshots, MemorySnapshots, Snapshots
from support.servers import unique


@dataclass(frozen=True)
class Ground:
    """What lies ready on the real server."""

    url: str
    prefix: str

    def stream(self, name: str) -> str:
        return f"{self.prefix.upper()}_{name}"


@pytest.fixture(scope="session")
def ground(nats_url: str) -> Ground:
    laid = Ground(nats_url, unique())
    with ThreadPoolExecutor(1) as thread:
        thread.submit(uvloop.run, _lay(laid)).result()
    return laid


async def _lay(ground: Ground) -> None:
    client = await connect(ground.url, "ground")
    await provision(client, JETSTREAM, ground.prefix)
    await client.close()


@pytest.fixture(params=["memory", "real"])
def real(request: pytest.FixtureRequest) -> bool:
    return request.param == "real"


@pytest.fixture
async def client(real: bool, request: pytest.FixtureRequest) -> AsyncIterator[Client | None]:
    """Connected for the real kind only: the memory kind starts no server."""
    if not real:
        yield None
        return
    connected = await connect(request.getfixturevalue("ground").url, "ports")
    yield connected
    await connected.close()


@pytest.fixture
def at(real: bool, request: pytest.FixtureRequest) -> str:
    """The prefix of all subjects."""
    return request.getfixturevalue("ground").prefix if real else "memory"


@pytest.fixture
def name() -> str:
    """A token that no other test uses."""
    return unique()


@pytest.fixture
def log(client: Client | None, at: str) -> Log:
    return JetStreamLog(client, f"{at.upper()}_LOG") if client else MemoryLog()


@pytest.fixture
def queue(client: Client | None, at: str) -> WorkQueue | MemoryWorkQueue:
    return WorkQueue(client, f"{at.upper()}_TASKS") if client else MemoryWorkQueue()


@pytest.fixture
def register(client: Client | None, at: str) -> Register:
    return JetStreamRegister(client, f"{at.upper()}_OPEN") if client else MemoryRegister()


@pytest.fixture
def snapshots(client: Client | None, at: str) -> Snapshots:
    return JetStreamSnapshots(client, f"{at.upper()}_SNAPSHOTS") if client else MemorySnapshots()


@pytest.fixture
async def objects(real: bool, request: pytest.FixtureRequest) -> Objects:
    if not real:
        return MemoryObjects()
    s3: S3 = request.getfixturevalue("s3")
    store = S3Objects(s3.endpoint, s3.bucket, Keys(s3.access_key, s3.secret_key, s3.region))
    await store.ensure_bucket()
    return store
