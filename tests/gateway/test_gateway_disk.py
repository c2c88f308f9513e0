"""How much room media take, what is tidied away, and that nothing goes that anybody needs. In a bucket of its own."""

import json
from datetime import timedelta

import pytest
from gateway_faces import looking
from gateway_house import house_in_a_thread, settings_for
from test_gateway_assets import announce, png, put, upload
from test_gateway_refusals import refused
from test_gateway_shelf import found, made

from contracts import run as r
from contracts.envelope import AssetDecision, unseal
from gateway import cleaning_command, shelving
from gateway.cleaning import Cleaner
from gateway.collecting import Collector, NotNow
from kit.clock import utc_now as now
from support.servers import unique

BYTES = len(png(60, 40, "teal"))


@pytest.fixture(scope="module")
def settings(nats_url, new_database, s3):
    made_for = settings_for(nats_url, new_database(), s3, unique(), answer_timeout_s=5, quota_bytes=4_000)
    return made_for.model_copy(update={"s3_bucket": unique("shelf"), "gc_grace_hours": 1})


@pytest.fixture(scope="module")
def house(settings):
    with house_in_a_thread(settings) as it:
        yield it


@pytest.fixture(scope="module", autouse=True)
def tidy(house):
    """What each test finds is what it made."""
    assert house.do(later(house, days=0).clean()).swept.seen == 0


def later(house, **ahead) -> Cleaner:
    """The cleaner of some days from now."""
    cleaner = house.service.desk.shelf.cleaner

    def clock():
        return now() + timedelta(**ahead)

    collector = cleaner.collector
    return Cleaner(
        cleaner.engine,
        Collector(collector.objects, collector.references, clock, collector.grace),
        cleaner.shelving,
        clock,
    )


def lies(house, key):
    return house.do(house.service.desk.objects.exists(key))


def test_bytes_go_when_nobody_can_have_them_back_and_shared_ones_stay(house, api):
    shared, alone = png(61, 40, "teal"), png(62, 40, "red")
    mine, same, other = (upload(api, data).json() for data in (shared, shared, alone))
    assert mine["sha256"] == same["sha256"]
    for asset in (mine, other):
        assert api.delete(f"/api/assets/{asset['id']}").status_code == 200
    assert house.do(later(house, days=29).clean()).swept.trashed == 0
    told = house.do(later(house, days=31).clean(dry=True)).swept
    assert (told.trashed, sorted(told.keys)) == (
        2,
        [f"objects/{other['sha256']}", f"thumbs/{other['sha256']}.webp"],
    )
    assert lies(house, f"objects/{other['sha256']}")
    assert house.do(later(house, days=31).clean()).swept.trashed == 2
    assert not lies(house, f"objects/{other['sha256']}")
    assert lies(house, f"trash/objects/{other['sha256']}")
    again = upload(api, alone).json()
    assert api.get(again["url"]).content == alone, "who brings the same bytes again stores them again"
    assert api.delete(f"/api/assets/{again['id']}").status_code == 200
    for days in (62, 64):
        house.do(later(house, days=days).clean())
    assert not lies(house, f"objects/{other['sha256']}")
    assert not lies(house, f"trash/objects/{other['sha256']}")
    assert api.get(same["url"]).content == shared
    api.delete(f"/api/assets/{same['id']}")


def test_bytes_of_a_character_stay_as_long_as_it_has_them(house, api):
    mine = upload(api, png(63, 40, "blue")).json()
    with looking(house, house.decider.nc, house.decider.subjects.prefix):
        hero = api.post("/api/characters/", json={"name": "Mira", "references": [mine["id"]]}).json()["id"]
    place = shelving.Place("default", mine["id"], "local")
    seq, _ = house.do(house.service.desk.shelf.shelving.say(place, "local", shelving.delete))  # past the API
    assert house.do(house.service.desk.tide.reach(seq, 10))
    house.do(later(house, days=31).clean())
    assert lies(house, f"objects/{mine['sha256']}")
    assert api.delete(f"/api/characters/{hero}").status_code == 204
    house.do(later(house, days=31).clean())
    assert not lies(house, f"objects/{mine['sha256']}")
    assert lies(house, f"trash/objects/{mine['sha256']}")
    house.do(later(house, days=62).clean())


def test_nothing_goes_that_an_execution_may_still_tell_of(house, api):
    run, asset = made(house, api, "still at it")
    house.do(house.service.desk.objects.put(f"objects/{'12' * 32}", b"of a worker", "image/png"))
    assert house.do(later(house, days=5).clean()).swept.trashed == 0
    seq = house.do(house.decider.decided(run, r.RunCompleted(at=now())))
    assert house.do(house.service.desk.tide.reach(seq, 10))
    assert house.do(later(house, days=5).clean()).swept.trashed == 1
    api.delete(f"/api/assets/{asset}")


def test_uploads_that_nobody_completes_are_dropped(house, api):
    data = png(63, 40)
    announced = announce(api, data)
    assert put(announced, data).status_code == 200
    assert house.do(later(house, minutes=50).clean()).swept.uploads == 0
    assert house.do(later(house, hours=2).clean()).swept.uploads == 1
    assert not lies(house, f"uploads/{announced['id']}")
    refused(api.post(f"/api/assets/{announced['id']}/complete"), 404, "unknown-asset")


def test_nothing_is_collected_in_a_bucket_that_others_use(house):
    objects = house.service.desk.objects
    house.do(objects.put("installations/theirs", b"groove", "text/plain"))
    with pytest.raises(NotNow, match="installations/theirs"):
        house.do(later(house, days=0).clean())
    house.do(objects.delete("installations/theirs"))


def test_one_cleans_at_a_time(house):
    async def two_at_once():
        first = later(house, days=0)
        inner = first.collector

        class Meanwhile:
            async def sweep(self, *, dry):
                assert await later(house, days=0).clean() is None
                return await inner.sweep(dry=dry)

            grace = inner.grace

        return await Cleaner(first.engine, Meanwhile(), first.shelving, first.clock).clean()

    assert house.do(two_at_once()) is not None


def test_a_project_keeps_what_it_made_as_long_as_it_says(house, api, graph):
    made_ids = {what: made(house, api, what)[1] for what in ("old", "kept", "drawn", "cast")}
    api.patch(f"/api/assets/{made_ids['kept']}", json={"tags": ["Keep"]})
    drawn = {"id": "a", "type": "asset", "params": {"asset_id": made_ids["drawn"]}}
    assert api.post(f"/api/graphs/{graph['id']}/nodes", json=drawn).status_code == 201
    with looking(house, house.decider.nc, house.decider.subjects.prefix):
        api.post("/api/characters/", json={"name": "Mira", "references": [made_ids["cast"]]}).raise_for_status()
    brought = upload(api, png(64, 40)).json()["id"]
    assert house.do(later(house, days=3).clean()).retired == 0, "unless it says so, for ever"
    assert api.patch("/api/projects/default", json={"settings": {"retention_days": 2}}).status_code == 200
    assert house.do(later(house, days=1).clean()).retired == 0
    assert house.do(later(house, days=3).clean(dry=True)).retired == 1
    assert house.do(later(house, days=3).clean()).retired == 1
    facts = house.do(house.decider.log.read(house.decider.subjects.events("asset", "default", made_ids["old"])))
    said = unseal(AssetDecision, facts[-1].data)
    assert (said.actor, said.events[0].type) == ("retention", "AssetDeleted")
    assert house.do(house.service.desk.tide.reach(facts[-1].seq, 10))
    there = found(api)
    assert made_ids["old"] not in there
    assert {made_ids["kept"], made_ids["drawn"], made_ids["cast"], brought} <= set(there)
    assert api.post(f"/api/assets/{made_ids['old']}/restore").status_code == 200
    api.patch("/api/projects/default", json={"settings": {}})
    api.delete(f"/api/assets/{brought}")


def test_use_is_told_by_type_and_project_and_uploads_stop_at_the_quota(api):
    for asset in found(api):
        api.delete(f"/api/assets/{asset}?confirm=true")
    other = api.post("/api/projects", json={"name": "Other"}).json()["id"]
    data = png(60, 40, "teal")
    first, second = (upload(api, data).json() for _ in range(2))
    told = api.get("/api/usage").json()
    assert (told["count"], told["bytes"], told["quota_bytes"]) == (2, 2 * len(data), 4_000)
    assert told["by_type"] == [{"type": "image", "count": 2, "bytes": 2 * len(data)}]
    assert told["by_project"] == [{"project_id": "default", "count": 2, "bytes": 2 * len(data)}]
    assert api.get(f"/api/usage?project_id={other}").json()["count"] == 0
    refused(api.get("/api/usage?project_id=nothing"), 404, "unknown-project")
    stored, deleted = told["stored"], told["deleted"]
    api.delete(f"/api/assets/{second['id']}")
    after = api.get("/api/usage").json()
    assert (after["bytes"], after["stored"]) == (len(data), stored), "the same bytes, and they can be had back"
    assert after["deleted"]["count"] == deleted["count"] + 1
    body = {"filename": "x", "mime": "image/png", "bytes": 4_000 - len(data) + 1}
    problem = refused(api.post("/api/assets/uploads", json=body), 413, "over-quota")
    assert "4,000" in problem["detail"]
    assert api.post("/api/assets/uploads", json={**body, "bytes": 4_000 - len(data)}).status_code == 201
    refused(api.post("/api/assets/uploads", json={**body, "bytes": 1}), 413, "over-quota")
    api.delete(f"/api/assets/{first['id']}")


def test_the_command_tells_what_would_go_and_why_nothing_can(house, settings, capsys):
    objects = house.service.desk.objects
    house.do(objects.put("installations/theirs", b"groove", "text/plain"))
    known = {name: getattr(settings, name) for name in cleaning_command.Settings.model_fields}
    command = cleaning_command.Settings(**known)
    assert cleaning_command.run(command, dry_run=True, as_json=True) == cleaning_command.REFUSED
    assert "installations/theirs" in json.loads(capsys.readouterr().err)["detail"]
    house.do(objects.delete("installations/theirs"))
    assert cleaning_command.run(command, dry_run=True, as_json=True) == cleaning_command.DONE
    told = json.loads(capsys.readouterr().out)
    assert told["dry_run"]
    assert told["seen"] > 0
    assert cleaning_command.run(command, dry_run=True, as_json=False) == cleaning_command.DONE
    assert "would go to the trash" in capsys.readouterr().out
