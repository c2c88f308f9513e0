"""A run of another installation, in a gateway with a real orchestrator: looked at, and never changed or charged."""

from pathlib import Path

import pytest

from contracts.base import ProjectId, UserId
from contracts.subjects import Subjects
from orchestrator.replaying import exports
from orchestrator.replaying.importing import Owner, bring
from orchestrator.replaying.telling import read
from support.recording import PREFIX, records

LOG = Path(__file__).parent.parent / "replay/logs/v1/main_job_completed.jsonl"


@pytest.fixture(scope="module")
def imported(whole_house):
    """Its id and the decisions that it was made of."""
    told = next(iter(read(Subjects(PREFIX), records(LOG)).runs.values()))
    one = exports.Exported(PREFIX, [one.record for one in told], told[0].address.id)
    desk = whole_house.service.desk
    brought = whole_house.do(bring(desk.log, desk.subjects, one, Owner(ProjectId("default"), UserId("local"))))

    async def shown():
        assert await desk.tide.reach(await desk.log.last_seq(), 20)

    whole_house.do(shown())
    return brought.run, told


@pytest.fixture
def whole_api(whole_house):
    with whole_house.client() as client:
        yield client


def test_an_imported_run_is_shown_with_the_times_at_which_it_ran(whole_api, imported):
    run, told = imported
    shown = whole_api.get(f"/api/executions/{run}").json()
    assert (shown["state"], shown["project_id"]) == ("completed", "default")
    assert shown["created_at"][:19] == told[0].message.at.isoformat()[:19]
    stream = whole_api.get(f"/api/executions/{run}/stream", headers={"Accept": "text/event-stream"}).text
    assert "event: execution_started" in stream
    assert "event: node_started" in stream
    ids = [int(line[4:]) for line in stream.splitlines() if line.startswith("id: ")]
    assert whole_api.get(f"/api/executions/{run}", params={"at": ids[0]}).json()["state"] == "running"
    assert whole_api.get(f"/api/executions/{run}", params={"at": ids[-1]}).json()["state"] == "completed"
    for node_id in shown["nodes"]:
        assert whole_api.get(f"/api/executions/{run}/nodes/{node_id}/explain").status_code == 200
    assert whole_api.get("/api/executions/diff", params={"a": run, "b": run}).status_code == 200


def test_its_media_are_not_there(whole_api, imported):
    run, _ = imported
    assets = whole_api.get("/api/assets/", params={"limit": 100}).json()["items"]
    assert all(asset.get("execution_id") != run for asset in assets)
    nodes = whole_api.get(f"/api/executions/{run}").json()["nodes"]
    nodes = nodes.values() if isinstance(nodes, dict) else nodes
    urls = [v["url"] for node in nodes for values in node["outputs"].values() for v in values if v.get("url")]
    assert urls
    assert {whole_api.get(url).status_code for url in urls} == {404}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "", None),
        ("POST", "/resume", None),
        ("POST", "/fork", {}),
    ],
)
def test_nothing_can_be_asked_of_it(whole_api, imported, method, path, body):
    run, _ = imported
    said = whole_api.request(method, f"/api/executions/{run}{path}", json=body)
    assert said.status_code == 409, said.text
    assert "imported from another installation" in said.json()["detail"]
    assert whole_api.get(f"/api/executions/{run}").json()["state"] == "completed"
