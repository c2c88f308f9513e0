"""Jobs, their submissions, and the generations that came of them: all of it read from the log."""

from datetime import UTC, datetime, timedelta

import pytest
from gateway_decider import Decider
from gateway_house import serving, settings_for
from test_gateway_runs import picture, seen

from contracts import run as r
from contracts import work as w
from contracts.envelope import ReportLetter, seal
from contracts.failures import Failure, FailureKind
from contracts.values import TextValue
from gateway.rebuild.work import check
from gateway.views.paging import Page
from gateway.views.read_jobs import JobFilter
from kit.clock import utc_now as now
from kit.ids import new_id

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
BUSY = Failure(kind=FailureKind.TRANSIENT, message="Overloaded.", provider="local", retryable=True)
PAINTING = {"operation_type": "text_to_image", "provider_id": "local", "params": {"prompt": "a fox", "seed": 7}}
ASKED = {"operation": "text_to_image", "model": "m", "seed": 7, "params": {"resolution": "1K"}, "inputs": {}}


def at(second):
    return AT + timedelta(seconds=second)


class Story:
    """Tells what orchestrator and workers would tell of one run."""

    def __init__(self, house, run, node, project="default"):
        self.house, self.run, self.node, self.project = house, run, node, project

    def decided(self, *events):
        seen(self.house, self.house.do(self.house.decider.decided(self.run, *events, project=self.project)))

    def reported(self, report):
        log, subjects = self.house.decider.log, self.house.decider.subjects
        letter = ReportLetter(id=new_id(), worker="w1", report=report)
        subject = subjects.report(self.project, self.run, self.node)
        seen(self.house, self.house.do(log.append(subject, seal(letter), expected=None, event_id=letter.id)))

    def scheduled(self, attempt):
        self.decided(r.NodeScheduled(at=now(), node_id=self.node, attempt=attempt))

    def asked(self, attempt, second, key="k"):
        self.reported(w.Claimed(at=at(second), attempt=attempt, epoch=1, worker="w1"))
        self.reported(
            w.Submitting(
                at=at(second),
                attempt=attempt,
                epoch=1,
                key=key,
                request_digest="d",
                send_by=at(second + 1),
                prompt_sent="a fox, in oil",
                payload=ASKED,
            )
        )

    def retried(self, attempt, second):
        self.reported(w.Failed(at=at(second), attempt=attempt, epoch=1, failure=BUSY, response={"http_status": 503}))
        retry = r.NodeRetryScheduled(
            at=now(), node_id=self.node, attempt=attempt + 1, retry_at=now(), failure=BUSY, counted=True
        )
        self.decided(retry)

    def made(self, attempt, second, value, cost=7):
        said = {"cost": cost, "cost_basis": "reported", "started_at": at(second - 2), "prompt_sent": "a fox, in oil"}
        self.reported(
            w.Succeeded(
                at=at(second),
                attempt=attempt,
                epoch=1,
                outputs={"image": (value,)},
                usage={"images": 1.0},
                response={"model_version": "m-001"},
                **said,
            )
        )
        self.decided(
            r.NodeSucceeded(at=at(second), node_id=self.node, attempt=attempt, outputs={"image": (value,)}, **said)
        )


@pytest.fixture
def job(api):
    answer = api.post("/api/jobs", json=PAINTING)
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert answer.headers["location"] == f"/api/jobs/{job['id']}"
    return job


@pytest.fixture
def story(house, job):
    return Story(house, job["execution_id"], job["node_id"])


def test_a_job_is_a_run_of_one_node_and_nothing_is_guessed(house, api, job):
    command = house.decider.asked[-1].command
    (node,) = command.inline.nodes
    assert (node.id, node.type) == (command.job, "text_to_image") == (job["node_id"], job["operation_type"])
    assert node.params == {"prompt": "a fox", "seed": 7, "provider": "local"}
    assert (job["status"], job["attempts"], job["submissions"]) == ("queued", 0, [])
    assert api.get(f"/api/jobs/{job['id']}").json() == job


def test_a_retried_job_is_one_job_with_a_chain_of_submissions(api, job, story):
    url = f"/api/jobs/{job['id']}"
    story.scheduled(1)
    story.asked(1, 0)
    assert api.get(url).json()["status"] == "running"
    story.retried(1, 2)
    assert (api.get(url).json()["status"], api.get(url).json()["error"]["kind"]) == ("retrying", "transient")
    story.scheduled(2)
    story.asked(2, 5)
    story.reported(w.Submitted(at=at(6), attempt=2, epoch=1, handle={"job_id": "v1"}))
    assert api.get(url).json()["submissions"][1]["status"] == "accepted"
    value = picture()
    story.made(2, 9, value)
    done = api.get(url).json()
    assert (done["status"], done["attempts"], done["error"]) == ("completed", 2, None)
    assert done["outputs"]["image"][0]["asset_id"] == value.asset_id
    first, second = done["submissions"]
    assert (first["retry_attempt"], first["previous_submission_id"]) == (0, None)
    assert (second["retry_attempt"], second["previous_submission_id"]) == (1, first["id"])
    assert (first["status"], first["error"]["kind"], first["response"]["http_status"]) == ("failed", "transient", 503)
    assert (first["duration_ms"], second["duration_ms"]) == (2000, 4000)
    assert second["payload"] == {**ASKED, "prompt": "a fox, in oil"}
    assert second["response"] == {
        "model_version": "m-001",
        "usage": {"images": 1.0},
        "cost": 7,
        "cost_basis": "reported",
        "notes": [],
    }
    assert (second["status"], second["handle"], second["request_key"]) == ("succeeded", {"job_id": "v1"}, "k")


def test_a_request_that_is_sent_again_under_its_key_follows_the_first(api, job, story):
    story.scheduled(1)
    story.asked(1, 0)
    story.asked(1, 1)
    first, second = api.get(f"/api/jobs/{job['id']}").json()["submissions"]
    assert (second["attempt"], second["retry_attempt"], second["previous_submission_id"]) == (1, 1, first["id"])


def test_a_resumed_node_is_a_new_job_and_the_old_one_stays_as_it_ended(api, job, story):
    story.scheduled(1)
    story.asked(1, 0)
    story.reported(w.Failed(at=at(1), attempt=1, epoch=1, failure=BUSY))
    story.decided(
        r.NodeFailed(at=now(), node_id="job", attempt=1, failure=BUSY),
        r.RunFailed(at=now(), failure=BUSY, node_id="job"),
    )
    story.decided(r.RunResumed(at=now()), r.NodeReset(at=now(), node_id="job"))
    story.scheduled(2)
    old = api.get(f"/api/jobs/{job['id']}").json()
    assert (old["status"], old["error"]["kind"], len(old["submissions"])) == ("failed", "transient", 1)
    new, again = api.get("/api/jobs", params={"limit": 2}).json()["items"]
    assert (again["id"], new["execution_id"], new["status"]) == (job["id"], job["execution_id"], "queued")
    assert api.get(f"/api/jobs/{new['id']}").json()["submissions"] == []


def test_free_work_that_nobody_announces_is_a_submission_when_it_ends(api, job, story):
    story.scheduled(1)
    ended = {"at": at(3), "attempt": 1, "epoch": 1, "started_at": at(1), "payload": ASKED}
    story.reported(w.Succeeded(outputs={"image": (picture(),)}, prompt_sent="a fox", **ended))
    (only,) = api.get(f"/api/jobs/{job['id']}").json()["submissions"]
    assert (only["payload"]["prompt"], only["duration_ms"], only["status"]) == ("a fox", 2000, "succeeded")


def test_what_is_taken_from_an_earlier_run_completes_a_job_without_a_request(api, job, story):
    origin = r.Origin(run_id="r0", node_id="n0", project_id="default")
    cached = r.NodeCached(at=now(), node_id="job", recipe="ab", outputs={"image": (picture(),)}, origin=origin)
    story.decided(cached, r.RunCompleted(at=now()))
    done = api.get(f"/api/jobs/{job['id']}").json()
    assert (done["status"], done["attempts"], done["submissions"]) == ("completed", 0, [])
    assert done["cached_from"] == {"execution_id": "r0", "node_id": "n0"}


def test_every_task_of_an_execution_is_a_job_but_only_a_job_of_its_own_is_cancelled(house, api):
    project = api.post("/api/projects", json={"name": "Film"}).json()["id"]
    graph = api.post("/api/graphs", json={"name": "g", "project_id": project}).json()["id"]
    run = api.post("/api/executions", json={"graph_id": graph}).json()["id"]
    Story(house, run, "paint", project).scheduled(1)
    (listed,) = api.get("/api/jobs", params={"project_id": project}).json()["items"]
    assert (listed["execution_id"], listed["node_id"], listed["graph_id"]) == (run, "paint", graph)
    refused = api.delete(f"/api/jobs/{listed['id']}")
    assert (refused.status_code, run in refused.json()["detail"]) == (409, True)


def test_a_job_of_its_own_is_cancelled_with_its_run(api, job):
    gone = api.delete(f"/api/jobs/{job['id']}")
    assert gone.status_code == 200
    assert api.get(f"/api/executions/{job['execution_id']}").json()["state"] == "cancelled"


def test_jobs_are_filtered_and_paged(house, api):
    project = api.post("/api/projects", json={"name": "Film"}).json()["id"]
    made = [api.post("/api/jobs", json={**PAINTING, "project_id": project}).json() for _ in range(3)]
    Story(house, made[1]["execution_id"], "job", project).scheduled(1)
    Story(house, made[1]["execution_id"], "job", project).asked(1, 0)

    def ids(**only):
        return [one["id"] for one in api.get("/api/jobs", params={"project_id": project, **only}).json()["items"]]

    newest_first = [one["id"] for one in reversed(made)]
    assert ids() == newest_first
    assert ids(status="running") == [made[1]["id"]]
    assert ids(status="queued") == [made[2]["id"], made[0]["id"]]
    assert ids(operation_type="upscale") == []
    assert ids(created_after=made[1]["created_at"]) == newest_first[:2]
    assert ids(created_before=made[1]["created_at"]) == newest_first[2:]
    page = api.get("/api/jobs", params={"project_id": project, "limit": 2}).json()
    assert ids(limit=2, cursor=page["next_cursor"]) == newest_first[2:]
    assert api.get("/api/jobs?status=asleep").status_code == 422


def test_the_history_tape_tells_what_was_made_of_what(house, api):
    project = api.post("/api/projects", json={"name": "Film"}).json()["id"]
    job = api.post("/api/jobs", json={**PAINTING, "project_id": project}).json()
    story = Story(house, job["execution_id"], "job", project)
    story.scheduled(1)
    story.asked(1, 0)
    value = picture()
    story.made(1, 4, value)
    (made,) = api.get(f"/api/projects/{project}/generations").json()["items"]
    assert made["prompt_snapshot"] == "a fox, in oil"
    assert made["settings_snapshot"]["params"] == {"prompt": "a fox", "seed": 7, "provider": "local"}
    assert made["output_url"] == made["outputs"]["image"][0]["url"] == f"/media/{value.asset_id}/original.png"
    assert made["cost_computation"] == {"cost": 7, "basis": "reported"}
    assert (made["seconds"], made["late"], made["attempt"], made["who"]) == (2.0, False, 1, {"user_id": "local"})
    assert (made["job_id"], made["execution_id"]) == (job["id"], job["execution_id"])


def test_a_late_result_is_on_the_tape_too(house, api):
    project = api.post("/api/projects", json={"name": "Film"}).json()["id"]
    job = api.post("/api/jobs", json={**PAINTING, "project_id": project}).json()
    story = Story(house, job["execution_id"], "job", project)
    story.scheduled(1)
    story.asked(1, 0)
    story.decided(r.RunCancelled(at=now()), r.NodeCancelled(at=now(), node_id="job"))
    late = {"attempt": 1, "outputs": {"image": (picture(),)}, "cost": 5, "cost_basis": "reported"}
    story.reported(w.Succeeded(at=at(5), epoch=1, started_at=at(1), prompt_sent="a late fox", notes=("n",), **late))
    story.decided(r.LateResult(at=at(6), node_id="job", **late))
    (made,) = api.get(f"/api/projects/{project}/generations").json()["items"]
    assert (made["late"], made["prompt_snapshot"], made["notes"], made["seconds"]) == (True, "a late fox", ["n"], 5.0)
    assert (made["cost_computation"]["cost"], made["job_id"]) == (5, job["id"])
    assert api.get(f"/api/jobs/{job['id']}").json()["status"] == "cancelled"


def test_every_try_that_made_something_is_on_the_tape_and_it_is_filtered(house, api):
    project = api.post("/api/projects", json={"name": "Film"}).json()["id"]
    graph = api.post("/api/graphs", json={"name": "g", "project_id": project}).json()["id"]
    run = api.post("/api/executions", json={"graph_id": graph}).json()["id"]
    story = Story(house, run, "paint", project)
    for attempt in (1, 2):
        story.scheduled(attempt)
        story.made(attempt, 10 * attempt, picture())
    text = {"outputs": {"text": (TextValue(text="words"),)}}
    story.decided(r.NodeSucceeded(at=at(30), node_id="paint", attempt=0, **text))

    def attempts(**only):
        found = api.get(f"/api/projects/{project}/generations", params=only)
        assert found.status_code == 200, found.text
        return [one["attempt"] for one in found.json()["items"]]

    assert attempts() == [2, 1]
    assert attempts(graph_id=graph, node_id="paint", type="text_to_image") == [2, 1]
    assert attempts(node_id="other") == attempts(type="upscale") == attempts(model="m") == attempts(graph_id="g") == []
    assert attempts(**{"from": at(15).isoformat()}) == [2]
    assert attempts(to=at(15).isoformat()) == [1]
    page = api.get(f"/api/projects/{project}/generations", params={"limit": 1}).json()
    assert attempts(limit=1, cursor=page["next_cursor"]) == [1]
    assert api.get("/api/projects/nowhere/generations").status_code == 404


REFUSED = [
    ({"operation_type": "fly"}, ["body", "operation_type"], "unknown-operation"),
    ({"operation_type": "text"}, ["body", "operation_type"], "unknown-operation"),
    ({"provider_id": "nobody"}, ["body", "provider_id"], "unknown-provider"),
    ({"provider_id": None}, ["body", "provider_id"], "invalid-request"),
    ({"params": {"prompt": "x", "mood": 1}}, ["body", "params", "mood"], "unknown-param"),
    ({"params": {"prompt": "x", "seed": -1}}, ["body", "params", "seed"], "invalid-param"),
    ({"params": {"prompt": "x", "provider": "local"}}, ["body", "params", "provider"], "invalid-param"),
    ({"params": {}}, ["body", "params", "prompt"], "missing-input"),
    ({"inputs": {"sound": [{"text": "x"}]}}, ["body", "inputs", "sound"], "unknown-port"),
    ({"inputs": {"prompt": [{"text": "x"}, {"text": "y"}]}}, ["body", "inputs", "prompt"], "occupied-input"),
    ({"inputs": {"prompt": [{"asset_id": "a"}]}}, ["body", "inputs", "prompt", 0, "asset_id"], "unknown-asset"),
    ({"inputs": {"prompt": [{"text": "{{who}}"}]}}, ["body", "inputs", "prompt", 0], "unknown-variable"),
    (
        {"operation_type": "upscale", "params": {}, "inputs": {"image": [{"text": "x"}]}},
        ["body", "inputs", "image", 0],
        "type-mismatch",
    ),
    ({"operation_type": "upscale", "params": {}}, ["body", "inputs", "image"], "missing-input"),
    ({"project_id": "nowhere"}, ["body", "project_id"], "unknown-project"),
]


@pytest.mark.parametrize(("changes", "loc", "type_"), REFUSED)
def test_what_cannot_be_made_is_refused_by_name_and_nothing_is_kept(whole_house, changes, loc, type_):
    with whole_house.client() as api:
        before = api.get("/api/jobs").json()["items"]
        refused = api.post("/api/jobs", json={**PAINTING, **changes})
        assert refused.status_code == 422, refused.text
        assert refused.json()["type"] == f"/problems/{type_}"
        assert refused.json()["errors"][0]["loc"] == loc
        after = api.get("/api/jobs").json()["items"]
        assert [one for one in after if one not in before and one["status"] != "failed"] == []


def test_the_same_key_makes_one_job(whole_house):
    with whole_house.client() as api:
        first, second = (api.post("/api/jobs", json=PAINTING, headers={"idempotency-key": "k1"}) for _ in "12")
        assert first.json() == second.json()
        other = api.post("/api/jobs", json={**PAINTING, "params": {"prompt": "x"}}, headers={"idempotency-key": "k1"})
        assert other.json()["type"] == "/problems/different-body"
        job = first.json()
        assert (job["status"], job["provider_id"]) == ("queued", "local")
        assert job["model"]
        inputs = {"prompt": [{"text": "a wolf"}], "context": [{"text": "in"}, {"text": "snow"}]}
        body = {"operation_type": "text_to_text", "provider_id": "local", "inputs": inputs}
        assert api.post("/api/jobs", json=body).status_code == 202
        gone = api.delete(f"/api/jobs/{job['id']}")
        assert (gone.status_code, gone.json()["status"]) == (200, "cancelled")
        assert api.get("/api/jobs/nothing").status_code == 404


async def test_jobs_and_generations_are_made_again_from_the_log(nats_url, postgres_url, s3, prefix, bus):
    decider = Decider(bus, prefix)
    own = settings_for(nats_url, postgres_url, s3, prefix)
    async with serving(own) as (_, service, _url):
        plan = r.Plan(nodes=(r.PlannedNode(id="paint", type="text_to_image", params={}),), outputs=())
        started = r.RunStarted(at=now(), run_id="r1", project_id="default", user_id="local", plan=plan)
        outputs = {"image": (picture(),)}
        await decider.decided("r1", started, r.NodeScheduled(at=now(), node_id="paint", attempt=1))
        await decider.decided("r1", r.NodeFailed(at=now(), node_id="paint", attempt=1, failure=BUSY))
        await decider.decided("r1", r.RunResumed(at=now()), r.NodeReset(at=now(), node_id="paint"))
        await decider.decided("r1", r.NodeScheduled(at=now(), node_id="paint", attempt=2))
        made = r.NodeSucceeded(at=now(), node_id="paint", attempt=2, outputs=outputs, prompt_sent="p")
        seq = await decider.decided("r1", made, r.RunCompleted(at=now()))
        assert await service.desk.tide.reach(seq, 30)
        found = await check(postgres_url, decider.log, decider.subjects)
        assert found.compared.equal, found.compared.differing
        jobs, _ = await service.desk.jobs.page("local", Page(), JobFilter())
        assert [job["status"] for job in jobs] == ["completed", "failed"]
