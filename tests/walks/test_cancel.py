"""Walk 6, cancel: no call begins after it is acknowledged, and what was finished stays."""

import httpx2

from support.api import Api
from support.vendor import Vendor
from walks.paid import paid_chain, two_branches


def until(api: Api, run: str, name: str, node_id: str) -> None:
    for event in api.stream(run):
        if event.name == name and event.data.get("node_id") == node_id:
            return
    raise AssertionError(f"{node_id} never had {name}")


def test_a_cancelled_run_asks_nothing_more_and_can_be_resumed(api: Api, vendor: Vendor, word: str):
    vendor.takes(30)
    run = api.start(paid_chain(word))
    until(api, run, "node_started", "paint")
    answer = api.http.delete(f"/api/executions/{run}")
    assert answer.is_success, answer.text
    asked = len(vendor.submissions(run))

    done = api.execution(run)
    assert done["state"] == "cancelled"
    assert done["nodes"]["words"]["state"] == "completed"
    assert {done["nodes"][n]["state"] for n in ("paint", "look", "vary")} == {"cancelled"}
    assert [event.name for event in api.stream(run)][-1] == "execution_cancelled"

    vendor.takes(0)
    resumed = api.http.post(f"/api/executions/{run}/resume")
    assert resumed.status_code == httpx2.codes.ACCEPTED, resumed.text
    again = finish_resumed(api, run)
    assert again["state"] == "completed", again
    jobs = vendor.jobs(run)
    assert asked <= 1
    assert len({job["key"] for job in jobs}) == len(jobs), "each attempt was asked once"


def finish_resumed(api: Api, run: str) -> dict:
    for event in api.stream(run):
        if event.name == "execution_completed":
            break
    return api.execution(run)


def test_cancelling_twice_is_cancelling_once(api: Api, vendor: Vendor, word: str):
    vendor.takes(30)
    run = api.start(two_branches(word))
    answers = [api.http.delete(f"/api/executions/{run}") for _ in range(2)]
    assert all(answer.is_success for answer in answers)
    assert [event.name for event in api.stream(run)].count("execution_cancelled") == 1
    vendor.takes(0)


def test_a_finished_run_stays_finished(api: Api, vendor: Vendor, word: str):
    vendor.takes(0)
    run = api.run(two_branches(word))["id"]
    api.http.delete(f"/api/executions/{run}")
    assert api.execution(run)["state"] == "completed"
