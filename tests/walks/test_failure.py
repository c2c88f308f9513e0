"""Walks 7 and 8: not now, and never."""

import httpx2

from support.api import Api
from support.vendor import Vendor
from walks.paid import PAINTER, paid_chain, two_branches


def test_a_refusal_fails_the_node_skips_what_hangs_on_it_and_lets_the_rest_finish(api: Api, vendor: Vendor, word: str):
    vendor.takes(0)
    vendor.will("content_policy", match=f"left {word}")
    done = api.run(two_branches(word))
    assert done["state"] == "failed"
    assert {n: done["nodes"][n]["state"] for n in done["nodes"]} == {
        "left": "failed",
        "after": "skipped",
        "right": "completed",
    }
    assert done["nodes"]["left"]["error"]["kind"] == "content_policy"
    assert done["error"]["kind"] == "content_policy"
    assert done["nodes"]["left"]["error"]["message"]
    assert len(vendor.submissions(done["id"])) == 2, "a refusal is not tried again"

    resumed = api.http.post(f"/api/executions/{done['id']}/resume")
    assert resumed.status_code == httpx2.codes.ACCEPTED, resumed.text
    for event in api.stream(done["id"]):
        if event.name == "execution_completed":
            break
    again = api.execution(done["id"])
    assert again["state"] == "completed"
    assert again["id"] == done["id"]
    assert len(vendor.jobs(done["id"])) == 3, "what was finished is not made again"


def test_too_many_requests_is_waited_for_and_not_counted(api: Api, vendor: Vendor, word: str):
    vendor.takes(0)
    vendor.will("rate_limited", times=2, match=f"left {word}", retry_after_s=0.2)
    run = api.start(two_branches(word))
    events = list(api.stream(run))
    retries = [e for e in events if e.name == "node_retrying"]
    assert len(retries) == 2
    assert all(e.data["error"]["kind"] == "rate_limited" for e in retries)
    done = api.execution(run)
    assert done["state"] == "completed"
    assert done["nodes"]["left"]["attempt"] == 3
    assert len(vendor.jobs(run)) == 3


def test_an_overloaded_provider_is_tried_again(api: Api, vendor: Vendor, word: str):
    vendor.takes(0)
    vendor.will("transient", match=f"left {word}")
    done = api.run(two_branches(word))
    assert done["state"] == "completed"
    assert done["nodes"]["left"]["attempt"] == 2


def test_an_answer_that_was_lost_is_looked_up_and_not_paid_twice(api: Api, vendor: Vendor, word: str):
    vendor.takes(0)
    vendor.will("cut", match=f"left {word}")
    done = api.run(two_branches(word))
    assert done["state"] == "completed"
    assert len(vendor.jobs(done["id"])) == 3


def test_a_retired_model_is_refused_before_anything_starts(api: Api, word: str):
    broken = two_branches(word)
    broken["nodes"][0]["params"] = {**PAINTER, "model": "fake-painter-0", "prompt": "x"}
    answer = api.http.post("/api/executions/", json={"graph": broken})
    assert answer.status_code == httpx2.codes.UNPROCESSABLE_CONTENT
    assert "fake-painter" in answer.json()["detail"]


def test_what_the_run_cost_is_what_the_vendor_billed(api: Api, vendor: Vendor, word: str):
    vendor.takes(0)
    done = api.run(paid_chain(word))
    assert done["cost"] == sum(job["billed"] for job in vendor.jobs(done["id"])) > 0
