"""Real servers, one of each per test run, and names that keep tests apart.

`nats_url` `s3` `postgres_url` `new_database` `prefix` `real_servers`; `provisioned` is in `support.bus`.
"""

from collections.abc import Callable, Iterator

import pytest

from groove_local.addresses import S3
from support.servers import RealServers, unique


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


@pytest.fixture
def prefix() -> str:
    """This test's own first token of every subject."""
    return unique()
