"""Projects: changed by version, deleted and brought back, and a canvas that comes back as it was sent."""

import json
import math
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

KEYS = st.text(max_size=8)
NUMBERS = st.one_of(
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, 1, 1.0, -0.0, 2**53 + 1, 0.1 + 0.2, 5e-324]),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=20), st.just("\u0000 \ud83d \U0001f98a")),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=12,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=4)
STATES = st.builds(
    lambda rest, nodes, edges, viewport: {**rest, "nodes": nodes, "edges": edges, "viewport": viewport},
    OBJECTS,
    st.lists(OBJECTS, max_size=3),
    st.lists(OBJECTS, max_size=2),
    OBJECTS,
)
JSON = {"content-type": "application/json"}


def same(a, b):
    """Deep-equal, with 1 and 1.0, 0.0 and -0.0, True and 1 told apart."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b and (not isinstance(a, float) or math.copysign(1, a) == math.copysign(1, b))


@pytest.fixture
def project(api):
    return api.post("/api/projects", json={"name": "Film"}).json()


@pytest.fixture
def state_url(project):
    return f"/api/projects/{project['id']}/graph_state"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(state=STATES, ascii_only=st.booleans(), whole=st.booleans())
def test_a_canvas_comes_back_deep_equal(api, project, state_url, state, ascii_only, whole):
    text = json.dumps(state, ensure_ascii=ascii_only)
    try:
        sent = text.encode()
    except UnicodeEncodeError:  # half a character can only be sent as an escape
        sent = json.dumps(state).encode()
    if whole:
        assert api.put(state_url, content=sent, headers=JSON).status_code == 200
    else:
        name = b'{ "name" : "Film", "graph_state":%b}' % sent
        patched = api.patch(f"/api/projects/{project['id']}", content=name, headers=JSON)
        assert patched.status_code == 200, patched.text
    found = api.get(state_url)
    assert found.content == sent
    assert same(found.json(), state)
    assert same(api.get(f"/api/projects/{project['id']}").json()["graph_state"], state)


def test_a_new_project_has_an_empty_canvas(api, project, state_url):
    empty = {"nodes": [], "edges": [], "viewport": {"x": 0, "y": 0, "zoom": 1}}
    assert api.get(state_url).json() == project["graph_state"] == empty


def nested(depth):
    return b'{"nodes":[],"edges":[],"deep":' + b"[" * depth + b"]" * depth + b"}"


@pytest.mark.parametrize(
    ("sent", "status", "word"),
    [
        (b'{"nodes":[],"edges":[],"x":NaN}', 400, "NaN"),
        (b'{"nodes":[],"edges":[],"x":-Infinity}', 400, "Infinity"),
        (b'{"nodes":[],"edges":[],"x":1e999}', 400, "too large"),
        (b'{"nodes":[],"edges":[]}}', 400, "JSON"),
        (b'{"nodes":[],"edges":[],}', 400, "JSON"),
        (b'{"nodes":[],"edges":[],"x":"\x00"}', 400, "JSON"),
        (b'{"nodes":[],"edges":[],"x":"\xff"}', 400, "UTF-8"),
        (nested(40), 422, "deep"),
        (nested(100_000), 400, "JSON"),
        (b"[]", 422, "object"),
        (b'{"nodes":{},"edges":[]}', 422, "nodes"),
        (b'{"nodes":[1],"edges":[]}', 422, "nodes"),
        (b'{"nodes":[],"edges":[],"viewport":7}', 422, "viewport"),
        (b'{"nodes":[' + b"{}," * 5_000 + b'{}],"edges":[]}', 422, "5,001"),
        (b'{"nodes":[],"edges":[],"x":"' + b"x" * 2_000_000 + b'"}', 413, "2,000,000"),
        (b'{"nodes":[],"edges":[],"x":"' + b"x" * 3_000_000 + b'"}', 413, "larger"),
    ],
)
@pytest.mark.parametrize("whole", [True, False])
def test_what_is_no_canvas_is_refused_and_nothing_is_stored(api, project, sent, status, word, whole):
    state_url = f"/api/projects/{project['id']}/graph_state"
    before = api.get(state_url)
    if whole:
        refused = api.put(state_url, content=sent, headers=JSON)
    else:
        refused = api.patch(
            f"/api/projects/{project['id']}", content=b'{"graph_state":%b,"name":"other"}' % sent, headers=JSON
        )
    assert refused.status_code == status, refused.text[:300]
    assert word in refused.json()["detail"]
    after = api.get(state_url)
    assert (after.content, after.headers["etag"]) == (before.content, before.headers["etag"])
    assert api.get(f"/api/projects/{project['id']}").json()["name"] == "Film"


def test_what_else_is_in_a_change_is_as_strict_as_ever(api, project):
    url = f"/api/projects/{project['id']}"
    for sent in (b'{"graph_state":null,"mood":"good"}', b'{"name":7,"graph_state":null}', b'{"name":"\\ud800"}', b"[]"):
        assert api.patch(url, content=sent, headers=JSON).status_code in {400, 422}
    assert api.patch(url, content=b'{"graph_state":null}', headers=JSON).json()["version"] == 1
    assert api.put(f"{url}/graph_state", content=b"{}", headers={"content-type": "text/plain"}).status_code == 415


def test_a_canvas_that_was_saved_meanwhile_is_not_overwritten(api, project, state_url):
    tag = api.get(state_url).headers["etag"]
    mine, theirs = ({"nodes": [{"id": who}], "edges": [], "viewport": {}} for who in ("mine", "theirs"))
    saved = api.put(state_url, json=theirs, headers={"if-match": tag})
    assert saved.status_code == 200
    assert saved.headers["etag"] != tag
    stale = api.patch(f"/api/projects/{project['id']}", json={"graph_state": mine}, headers={"if-match": tag})
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/stale-version")
    assert api.put(state_url, json=mine, headers={"if-match": '"seven"'}).status_code == 412
    assert api.get(state_url).json() == theirs
    assert api.get(state_url, headers={"if-none-match": saved.headers["etag"]}).status_code == 304


def test_of_two_who_save_at_once_one_is_told(api, state_url):
    tag = api.get(state_url).headers["etag"]

    def save(who):
        drawn = {"nodes": [{"id": who}], "edges": []}
        return api.put(state_url, json=drawn, headers={"if-match": tag}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(save, "abcd")) == [200, 412, 412, 412]


def test_a_project_is_made_with_its_canvas_once(api):
    drawn = {"nodes": [{"id": "a", "data": {"x": 1.0}}], "edges": [], "viewport": {}}
    body = {"name": "Film", "graph_state": drawn}
    first, second = (api.post("/api/projects", json=body, headers={"idempotency-key": "film-1"}) for _ in "12")
    assert first.status_code == 201, first.text
    assert first.json() == second.json()
    assert first.json()["graph_state"] == drawn
    other = {"name": "Film", "graph_state": {**drawn, "nodes": []}}
    refused = api.post("/api/projects", json=other, headers={"idempotency-key": "film-1"})
    assert refused.json()["type"] == "/problems/different-body"


def test_settings_that_mean_something_are_checked_by_name(api, project):
    url = f"/api/projects/{project['id']}"

    def refused(**settings):
        answer = api.patch(url, json={"settings": settings})
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        return error["loc"]

    assert refused(provider="nobody") == ["body", "settings", "provider"]
    assert refused(provider="google") == ["body", "settings", "provider"]
    assert refused(model="nothing") == ["body", "settings", "model"]
    assert refused(retention_days=0) == ["body", "settings", "retention_days"]
    assert refused(retention_days=1.5) == ["body", "settings", "retention_days"]
    assert refused(preferred_models="m") == ["body", "settings", "preferred_models"]
    assert refused(x="x" * 70_000) == ["body", "settings"]
    wanted = {"provider": "local", "retention_days": 30, "preferred_models": ["m"], "theme": "dark"}
    assert api.patch(url, json={"settings": wanted}).json()["settings"] == wanted
    assert api.patch(url, json={"settings": {"retention_days": None}}).json()["settings"] == {"preferred_models": []}


def test_the_models_of_a_project_are_tried_in_its_own_order(house, api):
    models = [one["id"] for one in api.get("/api/models").json()["items"] if one["provider"] == "local"]
    wanted = {"provider": "local", "preferred_models": ["b", "a"], "model": models[-1]}
    project = api.post("/api/projects", json={"name": "Local", "settings": wanted}).json()
    graph = api.post("/api/graphs", json={"name": "g", "project_id": project["id"]}).json()
    assert api.post("/api/executions", json={"graph_id": graph["id"]}).status_code == 202
    asked = house.decider.asked[-1].command.preferred_models
    assert asked == (models[-1], "b", "a", *models[:-1])


def listed(api, what, project):
    return [item["id"] for item in api.get(f"/api/{what}", params={"project_id": project}).json()["items"]]


def test_a_deleted_project_takes_its_graphs_and_runs_out_of_the_lists_and_brings_them_back(api, project):
    id_ = project["id"]
    graph = api.post("/api/graphs", json={"name": "g", "project_id": id_}).json()["id"]
    run = api.post("/api/executions", json={"graph_id": graph}).json()["id"]
    assert (listed(api, "graphs", id_), listed(api, "executions", id_)) == ([graph], [run])
    gone = api.delete(f"/api/projects/{id_}").json()
    assert gone["restorable"]
    for path in ("", "/graph_state", "/generations"):
        assert api.get(f"/api/projects/{id_}{path}").status_code == 404
    assert api.delete(f"/api/projects/{id_}").status_code == 404
    assert api.patch(f"/api/projects/{id_}", json={"name": "x"}).status_code == 404
    assert (listed(api, "graphs", id_), listed(api, "executions", id_), listed(api, "jobs", id_)) == ([], [], [])
    assert api.post("/api/graphs", json={"name": "g", "project_id": id_}).json()["type"] == "/problems/unknown-project"
    assert id_ not in [one["id"] for one in api.get("/api/projects", params={"limit": 100}).json()["items"]]
    assert id_ in [one["id"] for one in api.get("/api/projects?deleted=true&limit=100").json()["items"]]
    assert api.post(gone["restore_url"]).json()["deleted_at"] is None
    assert (listed(api, "graphs", id_), listed(api, "executions", id_)) == ([graph], [run])


def test_the_default_project_cannot_go(api):
    refused = api.delete("/api/projects/default")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/default-project")
    assert api.post("/api/projects/nowhere/restore").status_code == 404
    assert api.post("/api/projects/default/restore").status_code == 200
