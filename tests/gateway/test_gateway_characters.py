"""Characters: made of pictures, changed, looked for, merged, and gone with every trace; and into runs."""

import pytest
from gateway_faces import ENGINE, FailureKind, face, looking
from gateway_house import house_in_a_thread, settings_for
from test_gateway_assets import png, upload
from test_gateway_refusals import refused

from contracts import run as r
from contracts.envelope import CharacterDecision, unseal
from contracts.values import CharacterValue, MediaValue
from gateway.rebuild.work import check
from gateway.views.store import events_between
from kit.clock import utc_now as now
from support.api import edge, node, workflow
from support.servers import unique

HERO = "/api/characters"


@pytest.fixture(scope="module")
def settings(nats_url, new_database, s3):
    return settings_for(nats_url, new_database(), s3, unique(), answer_timeout_s=5, faces_timeout_s=2)


@pytest.fixture(scope="module")
def house(settings):
    with house_in_a_thread(settings) as it:
        yield it


@pytest.fixture
def faces(house):
    with looking(house, house.decider.nc, house.decider.subjects.prefix) as it:
        yield it


_colours = iter(range(1, 10_000))


def picture(api):
    """One that nobody else has."""
    number = next(_colours)
    return upload(api, png(64 + number % 50, 64, (number % 256, number // 256, 7))).json()


def hero(api, *assets, name="Mira", **more):
    made = api.post(HERO, json={"name": name, "references": [one["id"] for one in assets], **more})
    assert made.status_code == 201, made.text
    return made.json()


def facts(house, character):
    subject = house.decider.subjects.events("character", "default", character)
    records = house.do(house.decider.log.read(subject))
    return [event.type for record in records for event in unseal(CharacterDecision, record.data).events]


def test_a_character_is_made_of_pictures_and_the_best_comes_first(house, api, faces):
    plain, best, equal = picture(api), picture(api), picture(api)
    faces.shows[plain["sha256"]] = [face(quality=0.3)]
    for one in (best, equal):
        faces.shows[one["sha256"]] = [face(quality=0.9)]
    body = {"name": "Mira", "description": "red scarf", "tags": ["Hero "], "references": [best["id"], plain["id"]]}
    made = api.post(f"{HERO}/", json=body, headers={"Idempotency-Key": "mira"})
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"{HERO}/{made.json()['id']}"
    assert api.post(f"{HERO}/", json=body, headers={"Idempotency-Key": "mira"}).json() == made.json()
    mira = made.json()
    assert (mira["name"], mira["description"], mira["tags"], mira["project_id"]) == (
        "Mira",
        "red scarf",
        ["hero"],
        "default",
    )
    assert (mira["engine"], mira["baseline"], mira["warnings"]) == (ENGINE, False, [])
    assert [(one["asset_id"], one["quality"], one["best"]) for one in mira["references"]] == [
        (best["id"], 0.9, True),
        (plain["id"], 0.3, False),
    ]
    assert api.get(mira["references"][0]["thumbnail_url"]).status_code == 200
    added = api.post(f"{HERO}/{mira['id']}/references", json={"asset_id": equal["id"]})
    assert added.status_code == 201, added.text
    assert added.json()["best_reference"] == equal["id"], "of equals the newest"
    assert api.get(f"{HERO}/{mira['id']}").json() == added.json()
    again = api.post(f"{HERO}/{mira['id']}/references", json={"asset_id": equal["id"]})
    assert again.json() == added.json(), "nothing new is said"
    gone = api.delete(f"{HERO}/{mira['id']}/references/{best['id']}").json()
    assert [one["asset_id"] for one in gone["references"]] == [equal["id"], plain["id"]]
    refused(api.delete(f"{HERO}/{mira['id']}/references/{best['id']}"), 404, "unknown-reference")
    assert facts(house, mira["id"]) == ["CharacterCreated", "ReferenceAdded", "ReferenceRemoved"]


def test_what_is_seen_in_a_picture_is_said(api, faces):
    none, many, tiny = picture(api), picture(api), picture(api)
    faces.shows |= {
        none["sha256"]: [],
        many["sha256"]: [face(40, 0.1), face(90, 0.5)],
        tiny["sha256"]: [face(20, 0.05)],
    }
    shown = hero(api, none, many, tiny)
    assert [one["face"] and one["face"]["width"] for one in shown["references"]] == [90, 20, None]
    said = " ".join(shown["warnings"])
    for words in (
        f"2 faces in {many['id']}",
        f"No face was found in {none['id']}",
        f"face in {tiny['id']} is tiny (20x20",
    ):
        assert words in said
    other = api.post(f"{HERO}/{shown['id']}/references", json={"asset_id": many["id"], "face_index": 1})
    assert [one["face"]["width"] for one in other.json()["references"][:2]] == [40, 20]
    missing = api.post(f"{HERO}/{shown['id']}/references", json={"asset_id": many["id"], "face_index": 2})
    refused(missing, 422, "no-face", ["body", "asset_id"])
    cartoon = hero(api, none)
    assert (cartoon["engine"], cartoon["best_reference"], cartoon["references"][0]["quality"]) == (None, none["id"], 0)
    assert "no reference picture" in hero(api)["warnings"][0]


def test_engines_are_told_apart(api, faces):
    mira = hero(api, picture(api))
    faces.engine = "baseline/lbp-hog"
    mixed = api.post(f"{HERO}/{mira['id']}/references", json={"asset_id": picture(api)["id"]}).json()
    assert "different engines" in mixed["warnings"][-1]
    assert hero(api, picture(api))["baseline"] is True


def test_what_cannot_be_a_character_is_refused(api, faces, word):
    refused(api.post(HERO, json={"name": " "}), 422, "invalid-request", ["body", "name"])
    refused(api.post(HERO, json={"name": "x", "age": 7}), 422, "invalid-request", ["body", "age"])
    refused(api.post(HERO, json={"name": "x", "references": ["nothing"]}), 404, "unknown-asset")
    refused(api.post(HERO, json={"name": "x", "project_id": "nothing"}), 422, "unknown-project")
    refused(api.post(HERO, json={"name": "x", "references": [f"a{n}" for n in range(33)]}), 422, "invalid-request")
    refused(api.get(f"{HERO}/nothing"), 404, "unknown-character")
    refused(api.get(f"{HERO}/%00"), 404, "unknown-character")
    refused(api.patch(f"{HERO}/nothing", json={"name": "x"}), 404, "unknown-character")
    mira = hero(api, name=word)
    where = f"{HERO}/{mira['id']}"
    refused(api.post(f"{where}/references", json={"asset_id": "nothing"}), 404, "unknown-asset")
    deleted = picture(api)
    api.delete(f"/api/assets/{deleted['id']}")
    refused(api.post(f"{where}/references", json={"asset_id": deleted["id"]}), 404, "unknown-asset")
    refused(api.post(f"{where}/merge", json={"from": mira["id"]}), 422, "invalid-request", ["body", "from"])
    refused(api.post(f"{where}/merge", json={"from": "nothing"}), 404, "unknown-character")
    faces.failure = FailureKind.INVALID_INPUT
    asked = {"asset_id": picture(api)["id"]}
    refused(api.post(f"{where}/references", json=asked), 422, "unreadable-picture", ["body", "asset_id"])
    faces.failure = FailureKind.TRANSIENT
    refused(api.post(f"{where}/references", json=asked), 503, "faces-away")
    faces.failure = FailureKind.NOT_CONFIGURED
    refused(api.post(f"{where}/references", json=asked), 503, "faces-not-configured")
    assert api.get(where).json() == mira
    assert api.get(HERO, params={"text": word.upper()}).json()["items"] == [mira]


def test_a_film_or_a_sound_shows_nobody(house, api, faces):
    run = api.post("/api/executions", json={"graph": workflow(node("paint", "text_to_image"))}).json()["id"]
    for kind in ("video", "audio"):
        one = MediaValue(type=kind, asset_id=f"{kind}-{run}", sha256="ab" * 32, mime=f"{kind}/mp4", bytes=9)
        event = r.NodeSucceeded(at=now(), node_id="paint", attempt=1, outputs={kind: (one,)})
        assert house.do(house.service.desk.tide.reach(house.do(house.decider.decided(run, event)), 10))
        body = {"name": "x", "references": [one.asset_id]}
        refused(api.post(HERO, json=body), 422, "not-an-image", ["body", "references", 0])
    assert faces.asked == []


def test_without_the_face_service_nothing_is_stored(api, word):
    """Nobody listens here."""
    before = api.get(HERO, params={"text": word}).json()
    one = picture(api)
    answer = api.post(HERO, json={"name": word, "references": [one["id"]]}, headers={"Idempotency-Key": word})
    refused(answer, 503, "faces-away")
    assert answer.headers["retry-after"]
    refused(api.post(f"{HERO}/search", json={"asset_id": one["id"]}), 503, "faces-away")
    assert api.get(HERO, params={"text": word}).json() == before == {"items": [], "next_cursor": None}


def test_where_there_is_none_that_is_said_and_runs_are_not_judged(nats_url, new_database, s3):
    settings = settings_for(nats_url, new_database(), s3, unique(), answer_timeout_s=5, faces=False)
    with house_in_a_thread(settings) as house, house.client() as api:
        one = picture(api)
        refused(api.post(HERO, json={"name": "x", "references": [one["id"]]}), 503, "faces-not-configured")
        refused(api.post(f"{HERO}/search", json={"asset_id": one["id"]}), 503, "faces-not-configured")
        mira = hero(api)
        assert api.get(f"{HERO}/{mira['id']}").json()["name"] == "Mira"
        api.post("/api/executions", json={"graph": cast_in(mira)})
        asked = house.decider.asked[-1].command
        assert asked.unjudged
        assert asked.characters[mira["id"]].name == "Mira"


def cast_in(*characters):
    nodes = [node(f"who{number}", "character", character_id=one["id"]) for number, one in enumerate(characters)]
    paint = node("paint", "text_to_image", prompt="at sea")
    return workflow(*nodes, paint, edges=tuple(edge(f"{one['id']}.character", "paint.character") for one in nodes))


@pytest.mark.usefixtures("faces")
def test_a_list_is_paged_and_filtered(api, word):
    made = [hero(api, name=f"{word} {number}", tags=[word]) for number in range(3)]
    first = api.get(HERO, params={"tag": word, "limit": 2}).json()
    rest = api.get(HERO, params={"tag": word, "limit": 2, "cursor": first["next_cursor"]}).json()
    assert [one["id"] for one in (*first["items"], *rest["items"])] == [one["id"] for one in reversed(made)]
    assert rest["next_cursor"] is None
    assert api.get(HERO, params={"text": f"{word} 1"}).json()["items"] == [made[1]]
    assert api.get(HERO, params={"text": word, "project_id": "other"}).json()["items"] == []
    refused(api.get(HERO, params={"cursor": "x"}), 422, "bad-cursor")
    changed = api.patch(f"{HERO}/{made[0]['id']}", json={"name": "Else", "description": "tall", "tags": []}).json()
    assert (changed["name"], changed["description"], changed["tags"]) == ("Else", "tall", [])
    assert changed["updated_at"] > changed["created_at"]
    assert api.get(HERO, params={"tag": word}).json()["items"] == [made[2], made[1]]


def test_a_picture_finds_who_it_shows(api, faces):
    one, other, asked = picture(api), picture(api), picture(api)
    mira, noah = hero(api, one), hero(api, other, name="Noah")
    faces.knows(asked["sha256"], mira["id"], 0.71, one["id"])
    faces.knows(asked["sha256"], "somebody-elses", 0.6, one["id"])
    faces.knows(asked["sha256"], noah["id"], 0.2, other["id"])
    found = api.post(f"{HERO}/search", json={"asset_id": asked["id"], "project_id": "default", "limit": 5})
    assert found.status_code == 200, found.text
    told = found.json()
    assert (told["engine"], told["threshold"], len(told["faces"]), told["warnings"]) == (ENGINE, 0.4, 1, [])
    names = [(each["character"]["name"], each["score"], each["match"]) for each in told["items"]]
    assert names == [("Mira", 0.71, True), ("Noah", 0.2, False)]
    assert told["items"][0]["source_asset_id"] == one["id"]
    assert (faces.asked[-1].project_id, faces.asked[-1].limit, faces.asked[-1].user_id) == ("default", 5, "local")
    faces.shows[one["sha256"]] = []
    nobody = api.post(f"{HERO}/search", json={"asset_id": one["id"]}).json()
    assert "No face" in nobody["warnings"][0]
    refused(api.post(f"{HERO}/search", json={"asset_id": "nothing"}), 404, "unknown-asset")


@pytest.mark.usefixtures("faces")
def test_two_that_are_one_are_merged_and_graphs_get_the_one(house, api):
    one, other = picture(api), picture(api)
    mira, twin = hero(api, one), hero(api, other, name="Mira too")
    graph = api.post("/api/graphs/import", json=cast_in(twin)).json()
    merged = api.post(f"{HERO}/{mira['id']}/merge", json={"from": twin["id"]})
    assert merged.status_code == 200, merged.text
    assert {each["asset_id"] for each in merged.json()["references"]} == {one["id"], other["id"]}
    assert api.post(f"{HERO}/{mira['id']}/merge", json={"from": twin["id"]}).json() == merged.json()
    problem = refused(api.get(f"{HERO}/{twin['id']}"), 404, "unknown-character")
    assert mira["id"] in problem["detail"]
    api.post("/api/executions", json={"graph_id": graph["id"]})
    told = house.decider.asked[-1].command.characters
    assert told[twin["id"]].character_id == mira["id"]
    assert len(told[twin["id"]].references) == 2
    assert facts(house, twin["id"])[-1] == "CharacterMerged"


@pytest.mark.usefixtures("faces")
def test_a_character_has_no_more_than_so_many_pictures(house, api):
    mira, twin = hero(api), hero(api)
    run = api.post("/api/executions", json={"graph": workflow(node("paint", "text_to_image"))}).json()["id"]
    data = [f"{run}-{number}" for number in range(33)]
    made = [MediaValue(type="image", asset_id=one, sha256="cd" * 32, mime="image/png", bytes=9) for one in data]
    done = r.NodeSucceeded(at=now(), node_id="paint", attempt=1, outputs={"image": tuple(made)})
    assert house.do(house.service.desk.tide.reach(house.do(house.decider.decided(run, done)), 10))
    for number, asset in enumerate(data[:32]):
        whose = mira if number % 2 else twin
        api.post(f"{HERO}/{whose['id']}/references", json={"asset_id": asset})
    assert len(api.post(f"{HERO}/{mira['id']}/merge", json={"from": twin["id"]}).json()["references"]) == 32
    over = api.post(f"{HERO}/{mira['id']}/references", json={"asset_id": data[32]})
    refused(over, 422, "too-many-references")
    assert api.post(f"{HERO}/{mira['id']}/references", json={"asset_id": data[0]}).status_code == 201


@pytest.mark.usefixtures("faces")
def test_who_is_deleted_is_gone_and_the_history_says_so(house, api):
    one = picture(api)
    mira = hero(api, one, description="a secret")
    where = f"{HERO}/{mira['id']}"
    begun = house.service.desk.folder.seq
    assert api.delete(where).status_code == 204
    refused(api.get(where), 404, "unknown-character")
    refused(api.delete(where), 404, "unknown-character")
    refused(api.patch(where, json={"name": "x"}), 404, "unknown-character")
    refused(api.post("/api/executions", json={"graph": cast_in(mira)}), 422, "unknown-character")
    assert mira["id"] not in api.get(HERO).text
    assert api.get(f"/api/assets/{one['id']}").status_code == 200
    entries = api.get("/api/projects/default/audit", params={"object": mira["id"]}).json()["items"]
    assert [entry["action"] for entry in entries] == ["character.deleted", "character.created"]
    told = house.do(events_after(house, begun))
    assert [(event.type, event.payload.count(mira["id"])) for event in told] == [("character_changed", 1)]
    assert '"change":"deleted"' in told[0].payload


async def events_after(house, seq):
    async with house.service.desk.assets._engine.connect() as connection:
        return await events_between(connection, (seq + 1) * 10_000, 2**62)


@pytest.mark.usefixtures("faces")
def test_a_picture_that_is_deleted_goes_from_whom_it_shows(house, api):
    one, other = picture(api), picture(api)
    mira, noah = hero(api, one, other), hero(api, one, name="Noah")
    used_by = api.get(f"/api/assets/{one['id']}/uses").json()["characters"]
    assert (used_by["count"], [each["name"] for each in used_by["items"]]) == (2, ["Noah", "Mira"])
    problem = refused(api.delete(f"/api/assets/{one['id']}"), 409, "asset-in-use")
    assert "2 characters" in problem["detail"]
    deleted = api.delete(f"/api/assets/{one['id']}", params={"confirm": True}).json()
    assert deleted["used_by"]["characters"]["count"] == 2
    assert [each["asset_id"] for each in api.get(f"{HERO}/{mira['id']}").json()["references"]] == [other["id"]]
    assert api.get(f"{HERO}/{noah['id']}").json()["references"] == []
    assert facts(house, mira["id"])[-1] == "ReferenceRemoved"
    api.post(f"/api/assets/{one['id']}/restore")
    assert api.get(f"{HERO}/{noah['id']}").json()["references"] == []


@pytest.mark.usefixtures("faces")
def test_what_a_node_found_can_be_kept(house, api, word):
    one = picture(api)
    seen = CharacterValue(
        character_id=f"found-{word}",
        references=(MediaValue(type="image", asset_id=one["id"], sha256=one["sha256"], mime="image/png", bytes=9),),
        engine=ENGINE,
    )
    drawn = workflow(node("look", "face_analysis"), node("words", "text", text="x"))
    run = api.post("/api/executions", json={"graph": drawn}).json()["id"]
    done = r.NodeSucceeded(at=now(), node_id="look", attempt=1, outputs={"character": (seen,)})
    assert house.do(house.service.desk.tide.reach(house.do(house.decider.decided(run, done)), 10))
    outputs = api.get(f"/api/executions/{run}").json()["nodes"]["look"]["outputs"]
    assert outputs["character"][0]["references"][0]["url"] == one["url"]
    kept = api.post(HERO, json={"name": word, "from": {"execution_id": run, "node_id": "look"}})
    assert kept.status_code == 201, kept.text
    assert [each["asset_id"] for each in kept.json()["references"]] == [one["id"]]
    for node_id, status, type_ in (("words", 422, "no-character"), ("none", 404, "unknown-node")):
        answer = api.post(HERO, json={"name": word, "from": {"execution_id": run, "node_id": node_id}})
        refused(answer, status, type_)
    refused(
        api.post(HERO, json={"name": word, "from": {"execution_id": "x", "node_id": "y"}}), 404, "unknown-execution"
    )


def test_a_run_gets_its_characters_with_their_best_pictures(house, api, faces):
    assets = [picture(api) for _ in range(6)]
    for number, one in enumerate(assets):
        faces.shows[one["sha256"]] = [face(quality=0.1 * number)]
    mira = hero(api, *assets, description="red scarf")
    command = _told(house, api.post("/api/executions", json={"graph": cast_in(mira)}))
    value = command.characters[mira["id"]]
    assert [one.asset_id for one in value.references] == [one["id"] for one in reversed(assets[2:])]
    assert (value.name, value.description, value.engine, command.unjudged) == ("Mira", "red scarf", ENGINE, False)
    graph = api.post("/api/graphs/import", json=cast_in(mira)).json()
    assert _told(house, api.post("/api/executions", json={"graph_id": graph["id"]})).characters == {mira["id"]: value}
    job = {
        "operation_type": "text_to_image",
        "provider_id": "local",
        "params": {"prompt": "at sea"},
        "inputs": {"character": [{"character_id": mira["id"]}]},
    }
    assert _told(house, api.post("/api/jobs", json=job)).characters == {mira["id"]: value}
    job["inputs"]["character"] = [{"character_id": "nobody"}]
    where = ["body", "inputs", "character", 0, "character_id"]
    refused(api.post("/api/jobs", json=job), 422, "unknown-character", where)
    job["inputs"]["character"] = [{"character_id": "nobody", "text": "x"}]
    refused(api.post("/api/jobs", json=job), 422, "invalid-request")
    run = api.post("/api/executions", json={"graph": cast_in(mira)}).json()["id"]
    edits = [{"op": "change_node", "node_id": "who0", "params": {"character_id": mira["id"]}}]
    fork = api.post(f"/api/executions/{run}/fork", json={"edits": edits})
    assert _told(house, fork).characters == {mira["id"]: value}
    edits[0]["params"]["character_id"] = "nobody"
    where = ["body", "edits", 0, "params", "character_id"]
    refused(api.post(f"/api/executions/{run}/fork", json={"edits": edits}), 422, "unknown-character", where)


def _told(house, answer):
    assert answer.status_code == 202, answer.text
    return house.decider.asked[-1].command


@pytest.mark.usefixtures("faces")
def test_a_node_names_only_who_is_there(api, graph):
    mira = hero(api)
    where = f"/api/graphs/{graph['id']}/nodes"
    nobody = {"id": "who", "type": "character", "params": {"character_id": "nobody"}}
    refused(api.post(where, json=nobody), 422, "unknown-character", ["body", "params", "character_id"])
    nobody["params"] = {"character_id": mira["id"]}
    assert api.post(where, json=nobody).status_code == 201
    changed = api.patch(f"{where}/who", json={"params": {"character_id": "nobody"}})
    refused(changed, 422, "unknown-character", ["body", "params", "character_id"])
    drawn = {"nodes": [{"id": "w", "type": "character", "position": {"x": 0, "y": 0}, "data": {"params": {}}}]}
    drawn["nodes"][0]["data"]["params"]["character_id"] = "nobody"
    body = {"name": "flow", "edges": [], **drawn}
    assert api.post("/api/graphs/import/flow", json=body).json()["type"] == "/problems/cannot-be-mapped"
    body["nodes"][0]["data"]["params"]["character_id"] = mira["id"]
    assert api.post("/api/graphs/import/flow", json=body).status_code == 201
    uses = api.get(f"{HERO}/{mira['id']}/uses").json()
    assert [each["node_ids"] for each in uses["graphs"]["items"]] == [["w"], ["who"]]
    assert uses["executions"] == {"count": 0, "items": []}


@pytest.mark.usefixtures("faces")
def test_uses_tell_of_executions(house, api):
    mira = hero(api)
    run = api.post("/api/executions", json={"graph": cast_in(mira)}).json()["id"]
    value = CharacterValue(character_id=mira["id"], name="Mira")
    done = r.NodeSucceeded(at=now(), node_id="who0", attempt=0, outputs={"character": (value,)})
    assert house.do(house.service.desk.tide.reach(house.do(house.decider.decided(run, done)), 10))
    uses = api.get(f"{HERO}/{mira['id']}/uses").json()["executions"]
    assert [(each["execution_id"], each["node_id"]) for each in uses["items"]] == [(run, "who0")]


def test_a_real_run_shows_them_and_none_begins_without(whole_house):
    """Nobody looks for faces here: without pictures nobody has to."""
    with whole_house.client() as api:
        mira = hero(api, description="red scarf")
        edges = (edge("who.character", "out.value"),)
        drawn = workflow(node("who", "character", character_id=mira["id"]), node("out", "output"), edges=edges)
        graph = api.post("/api/graphs/import", json=drawn).json()
        estimate = api.post("/api/executions/estimate", json={"graph_id": graph["id"]})
        assert (estimate.status_code, estimate.json()["cost"]) == (200, 0)
        run = api.post("/api/executions", json={"graph_id": graph["id"]}).json()["id"]
        with api.stream("GET", f"/api/executions/{run}/stream") as stream:
            stream.read()
        (value,) = api.get(f"/api/executions/{run}").json()["nodes"]["out"]["outputs"]["value"]
        assert (value["type"], value["character_id"], value["name"], value["references"]) == (
            "character",
            mira["id"],
            "Mira",
            [],
        )
        uses = api.get(f"{HERO}/{mira['id']}/uses").json()
        assert [one["execution_id"] for one in uses["executions"]["items"]] == [run]
        assert api.delete(f"{HERO}/{mira['id']}").status_code == 204
        for path in ("/api/executions", "/api/executions/estimate"):
            refused(api.post(path, json={"graph_id": graph["id"]}), 422, "unknown-character")
        again = api.post(f"/api/executions/{run}/fork", json={"edits": []})
        assert again.status_code == 202, "it keeps what it began with"


def test_all_of_it_can_be_rebuilt_from_the_log(house, settings):
    """After all that the tests above have done."""
    url = settings.postgres_url.get_secret_value()
    found = house.do(check(url, house.decider.log, house.decider.subjects))
    assert found.compared.equal, [str(one) for one in found.compared.differing]
