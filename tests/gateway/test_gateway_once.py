"""Idempotency-Key: said twice is done once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from test_gateway_refusals import refused
from test_gateway_runs import WORKFLOW

from kit.ids import new_id


@pytest.fixture
def key():
    return {"Idempotency-Key": new_id()}


def test_the_same_key_and_body_give_the_first_answer(house, api, key):
    first = api.post("/api/graphs/", json={"name": "One"}, headers=key)
    asked = len(house.decider.asked)
    again = api.post(
        "/api/v1/graphs", content=b'{ "name" : "One" }', headers={**key, "content-type": "application/json"}
    )
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["etag"] == first.headers["etag"]
    assert len(house.decider.asked) == asked


def test_the_same_key_with_another_body_is_refused(api, key):
    api.post("/api/graphs", json={"name": "One"}, headers=key)
    refused(api.post("/api/graphs", json={"name": "Two"}, headers=key), 422, "different-body")
    assert api.post("/api/executions", json={"graph": WORKFLOW}, headers=key).status_code == 202


def test_a_refusal_is_kept_too(house, api, graph, key):
    at = f"/api/graphs/{graph['id']}/nodes"
    refused(api.post(at, json={"type": "telepathy"}, headers=key), 422, "unknown-node-type")
    asked = len(house.decider.asked)
    refused(api.post(at, json={"type": "telepathy"}, headers=key), 422, "unknown-node-type")
    assert len(house.decider.asked) == asked


def test_the_same_key_many_times_at_once_has_one_effect(house, api, key):
    def start(_):
        with house.client() as client:
            return client.post("/api/executions", json={"graph": WORKFLOW}, headers=key)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(start, range(8)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    run = answers[0].json()["id"]
    assert [letter.aggregate_id for letter in house.decider.asked].count(run) == 1
    assert [item["id"] for item in api.get("/api/executions?limit=100").json()["items"]].count(run) == 1


def test_a_key_must_be_readable(api):
    for bad in ("", "a b", "x" * 201):
        refused(
            api.post("/api/graphs", json={"name": "x"}, headers={"Idempotency-Key": bad}), 400, "bad-idempotency-key"
        )


@pytest.mark.parametrize("path", ["/api/projects", "/api/assets/uploads"])
def test_projects_and_uploads_are_made_once_too(api, key, path):
    body = {"name": "P"} if path.endswith("projects") else {"filename": "a.png", "mime": "image/png", "bytes": 9}
    assert api.post(path, json=body, headers=key).json() == api.post(path, json=body, headers=key).json()


def test_an_edit_said_twice_is_one_version(api, graph, key):
    at = f"/api/graphs/{graph['id']}"
    first = api.post(f"{at}/nodes", json={"type": "text"}, headers=key).json()
    assert api.post(f"{at}/nodes", json={"type": "text"}, headers=key).json() == first
    assert [node["id"] for node in api.get(at).json()["nodes"]] == [first["id"]]
    assert api.get(at).json()["version"] == 2
