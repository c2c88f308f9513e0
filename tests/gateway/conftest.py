import pytest
from gateway_house import house_in_a_thread, orchestrated, settings_for

from support.servers import unique


@pytest.fixture(scope="session")
def canvas_directory(tmp_path_factory):
    """Where the shared gateway looks for a built canvas. Empty, but while a test has put one there."""
    return tmp_path_factory.mktemp("canvas")


@pytest.fixture(scope="session")
def house(nats_url, new_database, s3, canvas_directory):
    """A gateway that all tests share: each makes its own graphs and runs in it."""
    changes = {"answer_timeout_s": 5, "heartbeat_s": 0.2, "canvas": canvas_directory}
    settings = settings_for(nats_url, new_database(), s3, unique(), **changes)
    with house_in_a_thread(settings) as it:
        yield it


@pytest.fixture
def api(house):
    with house.client() as client:
        yield client


@pytest.fixture
def graph(api):
    return api.post("/api/graphs/", json={"name": "Lighthouse"}).json()


@pytest.fixture(scope="session")
def whole_house(nats_url, new_database, s3):
    """A gateway and a real orchestrator."""
    settings = settings_for(nats_url, new_database(), s3, unique(), providers="local")
    with house_in_a_thread(settings, orchestrated) as it:
        yield it
