"""One task without a graph, asked of real workers: its requests, its result, and its place in the history."""

from typing import Any

import httpx2

from support.api import Api
from support.vendor import Vendor
from walks.conftest import CANARY
from walks.paid import PAINTER


def asked(api: Api, operation: str, provider: str, **more: Any) -> dict[str, Any]:
    answer = api.http.post("/api/jobs", json={"operation_type": operation, "provider_id": provider, **more})
    assert answer.status_code == httpx2.codes.ACCEPTED, answer.text
    job: dict[str, Any] = answer.json()
    api.finish(job["execution_id"])
    whole: dict[str, Any] = api.get(answer.headers["location"])
    assert whole["id"] == job["id"]
    return whole


def generation(api: Api, job: dict[str, Any]) -> dict[str, Any]:
    items = api.get("/api/projects/default/generations?limit=100")["items"]
    (found,) = (one for one in items if one["job_id"] == job["id"])
    return dict(found)


def test_a_retried_paid_job_is_a_chain_of_two_requests_and_one_generation(api: Api, vendor: Vendor, word: str):
    vendor.takes(0)
    vendor.will("transient", match=f"a mill {word}")
    params = {"prompt": f"a mill {word}", "model": PAINTER["model"], "seed": 5, "negative_prompt": "fog"}
    job = asked(api, "text_to_image", "fake", params=params)
    assert (job["status"], job["attempts"], job["model"]) == ("completed", 2, PAINTER["model"])
    first, second = job["submissions"]
    assert (first["status"], first["error"]["kind"]) == ("failed", "transient")
    assert first["response"]["http_status"] >= httpx2.codes.INTERNAL_SERVER_ERROR
    assert (second["previous_submission_id"], second["retry_attempt"]) == (first["id"], 1)
    payload = second["payload"]
    assert (payload["operation"], payload["model"], payload["seed"]) == ("text_to_image", PAINTER["model"], 5)
    assert (payload["prompt"], payload["params"]["negative_prompt"]) == (f"a mill {word}", "fog")
    assert second["response"]["job_id"] == second["handle"]["job_id"]
    assert second["response"]["usage"] == {"results": 1.0}
    assert second["duration_ms"] >= 0
    made = generation(api, job)
    assert made["prompt_snapshot"] == f"a mill {word}"
    assert made["settings_snapshot"]["params"]["negative_prompt"] == "fog"
    assert (made["settings_snapshot"]["seed"], made["settings_snapshot"]["model"]) == (5, PAINTER["model"])
    assert made["cost_computation"] == {"cost": second["response"]["cost"], "basis": "reported"}
    assert api.http.get(made["output_url"]).status_code == httpx2.codes.OK
    assert made["attempt"] == job["attempts"]


def test_free_work_on_what_was_made_before_tells_its_inputs_by_digest(api: Api, word: str):
    painted = asked(api, "text_to_image", "local", params={"prompt": f"a fox {word}", "resolution": "512"})
    (picture,) = painted["outputs"]["image"]
    said = {"image": [{"asset_id": picture["asset_id"]}], "prompt": [{"text": f"what is it {word}"}]}
    looked = asked(api, "image_to_text", "local", inputs=said)
    (only,) = looked["submissions"]
    assert (looked["status"], only["status"], only["retry_attempt"]) == ("completed", "succeeded", 0)
    assert only["payload"]["inputs"]["image"][0]["sha256"] == picture["sha256"]
    assert only["payload"]["prompt"] == f"what is it {word}"
    assert only["response"]["engine"]
    assert generation(api, looked)["outputs"]["text"][0]["text"]
    again = asked(api, "image_to_text", "local", inputs=said)
    assert (again["status"], again["submissions"]) == ("completed", []), "it is not made twice"
    assert again["cached_from"]["execution_id"] == looked["execution_id"]


def test_a_key_is_in_no_submission(paying: Api, word: str):
    job = asked(paying, "text_to_text", "google", params={"prompt": f"a line about {word}"})
    (only,) = job["submissions"]
    assert only["response"]["calls"][0]["finish_reason"] == "STOP"
    assert only["response"]["usage"]
    assert CANARY not in str(job)
