"""Who did what: from the log and from outside it, as one list that nobody can change."""

import csv
import io

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gateway.library.acts import Thing
from gateway.rebuild.work import check
from gateway.users import LOCAL_CALLER, Caller
from kit.ids import new_id

CANARY = "a-prompt-that-nobody-else-may-read"


@pytest.fixture
def api(whole_house):
    with whole_house.client() as client:
        yield client


@pytest.fixture
def project(api):
    return api.post("/api/projects", json={"name": "Film"}).json()["id"]


def audit(api, project, **query):
    return api.get(f"/api/projects/{project}/audit", params=query).json()


def actions(api, project, **query):
    return [entry["action"] for entry in audit(api, project, **query)["items"]]


def a_run(api, project):
    """A graph, its one node made another variation of, and the run of that stopped."""
    graph = api.post("/api/graphs", json={"name": "Storyboard", "project_id": project}).json()["id"]
    node = {"id": "paint", "type": "text_to_image", "params": {"prompt": CANARY}}
    assert api.post(f"/api/graphs/{graph}/nodes", json=node).status_code == 201
    run = api.post(f"/api/graphs/{graph}/nodes/paint/regenerate").json()["id"]
    assert api.delete(f"/api/executions/{run}").status_code < 300
    return graph, run


BEGUN = ["run.cancelled", "run.started", "node.regenerated", "graph.edited", "graph.created", "project.created"]


def test_what_people_do_is_told_newest_first_without_what_they_wrote(api, project):
    graph, run = a_run(api, project)
    api.patch(f"/api/graphs/{graph}", json={"name": "Board"})
    api.delete(f"/api/graphs/{graph}")
    found = audit(api, project)["items"]
    expected = ["graph.deleted", "graph.edited", *BEGUN]
    assert [entry["action"] for entry in found] == expected
    assert found[3]["object"] == {"kind": "execution", "id": run, "name": "Storyboard"}
    assert {entry["actor"] for entry in found} == {"local"}
    assert all(entry["cause"] for entry in found[:-1])
    assert CANARY not in str(found)


def test_it_can_be_narrowed_and_paged(api, project):
    graph, _run = a_run(api, project)
    assert actions(api, project, action="run.") == ["run.cancelled", "run.started"]
    assert actions(api, project, action="run.started") == ["run.started"]
    assert actions(api, project, object=graph) == BEGUN[3:5]
    assert actions(api, project, actor="somebody") == []
    whole = audit(api, project)["items"]
    assert actions(api, project, **{"from": whole[1]["at"]}) == [entry["action"] for entry in whole[:2]]
    assert actions(api, project, to=whole[1]["at"]) == [entry["action"] for entry in whole[2:]]
    first = audit(api, project, limit=1)
    second = audit(api, project, limit=10, cursor=first["next_cursor"])
    assert [*first["items"], *second["items"]] == whole
    assert second["next_cursor"] is None


def test_what_happens_outside_the_log_stands_among_the_rest(api, whole_house, project):
    _, _run = a_run(api, project)
    me = Caller("local")
    note = whole_house.service.desk.acts.note
    whole_house.do(note(me, "member.added", Thing("user", "ann", "=Ann"), "as editor", ("local", project)))
    api.post("/api/graphs", json={"name": "Later", "project_id": project})
    assert actions(api, project)[:3] == ["graph.created", "member.added", "run.cancelled"]
    sheet = api.get(f"/api/projects/{project}/audit", params={"format": "csv"})
    assert sheet.headers["content-type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(sheet.text)))
    assert len(lines) == len(audit(api, project)["items"])
    assert lines[1]["name"] == "'=Ann", "a name cannot become a formula"


def test_an_act_can_be_neither_changed_nor_deleted(whole_house):
    desk = whole_house.service.desk
    whole_house.do(desk.acts.note(LOCAL_CALLER, "key.created", Thing("key", new_id())))

    async def say(statement):
        async with desk.acts._engine.begin() as connection:
            await connection.execute(text(statement))

    for statement in ("UPDATE library.acts SET actor = 'x'", "DELETE FROM library.acts", "TRUNCATE library.acts"):
        with pytest.raises(DBAPIError, match="append-only"):
            whole_house.do(say(statement))


def test_another_project_and_another_user_see_nothing_of_it(api, project):
    a_run(api, project)
    assert actions(api, api.post("/api/projects", json={"name": "Other"}).json()["id"]) == BEGUN[5:]
    assert api.get(f"/api/projects/{new_id()}/audit").json()["type"] == "/problems/unknown-project"
    assert {"graph.created"} <= {entry["action"] for entry in api.get("/api/audit?limit=100").json()["items"]}


def test_a_rebuild_makes_the_same_of_it(api, whole_house, project):
    a_run(api, project)
    desk = whole_house.service.desk
    url = desk.acts._engine.url.render_as_string(hide_password=False).replace("+asyncpg", "")
    assert whole_house.do(check(url, desk.log, desk.subjects)).compared.equal
