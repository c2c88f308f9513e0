"""A request that was sent and not answered: in doubt, never sent again by itself, settled by a person, continued."""

from typing import Any

import httpx2
import pytest

from providers.fakes.google import Seen
from support.api import Api, edge, node, workflow
from support.elsewhere import Google
from support.vendor import Vendor
from walks.paid import EYE, PAINTER

GOOGLE = {"provider": "google"}


def story(word: str) -> dict[str, Any]:
    """`retell` hangs on `tell`; `poem` on nothing."""
    return workflow(
        node("tell", "text_to_text", prompt=f"tell {word}", **GOOGLE),
        node("retell", "text_to_text", prompt=f"shorter {word}", **GOOGLE),
        node("poem", "text_to_text", prompt=f"poem {word}", **GOOGLE),
        edges=(edge("tell.text", "retell.prompt"),),
    )


def asked(google: Google, word: str) -> list[Seen]:
    """How often `tell` was sent; what `retell` sends quotes it."""
    return google.calls(f'"tell {word}"')


def states(done: dict[str, Any]) -> dict[str, str]:
    return {node_id: one["state"] for node_id, one in done["nodes"].items()}


def settle(api: Api, run: str, node_id: str, **body: str) -> httpx2.Response:
    return api.http.post(f"/api/executions/{run}/nodes/{node_id}/settle", json=body)


def resume(api: Api, run: str) -> dict[str, Any]:
    """Resume, and give the execution as it is when it has ended again."""
    answer = api.http.post(f"/api/executions/{run}/resume")
    assert answer.status_code == httpx2.codes.ACCEPTED, answer.text
    list(api.stream(run))
    return api.execution(run)


def doubtful(api: Api, google: Google, word: str) -> str:
    """A run whose `tell` was cut off after it was sent."""
    google.will("cut", f"tell {word}")
    done = api.run(story(word))
    assert states(done)["tell"] == "in_doubt", done
    return str(done["id"])


@pytest.mark.parametrize(("fault", "how"), [("cut", {}), ("slow", {"seconds": 30})])
def test_what_was_sent_and_not_answered_is_in_doubt_and_not_sent_again(
    paying: Api, google: Google, word: str, fault: str, how: dict[str, float]
):
    google.will(fault, f"tell {word}", **how)
    run = paying.start(story(word))
    names = [(event.name, event.data.get("node_id")) for event in paying.stream(run)]
    done = paying.execution(run)
    assert ("node_in_doubt", "tell") in names
    assert ("node_retrying", "tell") not in names
    assert names[-1] == ("execution_failed", "tell")
    assert states(done) == {"tell": "in_doubt", "retell": "waiting", "poem": "completed"}, "the rest was finished"
    assert done["state"] == "failed"
    assert done["error"]["kind"] == done["nodes"]["tell"]["error"]["kind"] == "in_doubt"
    assert "charged" in done["nodes"]["tell"]["error"]["message"]
    refused = paying.http.post(f"/api/executions/{run}/resume")
    assert refused.status_code == httpx2.codes.CONFLICT
    assert refused.json()["type"] == "/problems/not-resumable"
    assert "tell" in refused.json()["detail"]
    assert "resubmit" in refused.json()["detail"]
    assert len(asked(google, word)) == 1


def test_settled_by_asking_again_it_is_asked_once_more_and_the_run_goes_on(paying: Api, google: Google, word: str):
    run = doubtful(paying, google, word)
    answer = settle(paying, run, "tell", action="resubmit")
    assert answer.status_code == httpx2.codes.OK, answer.text
    assert answer.json()["nodes"]["tell"]["state"] == "waiting"
    assert answer.json()["state"] == "failed", "nothing is sent before it is resumed"
    assert len(asked(google, word)) == 1
    done = resume(paying, run)
    assert done["state"] == "completed"
    assert states(done) == dict.fromkeys(("tell", "retell", "poem"), "completed")
    assert done["nodes"]["tell"]["attempt"] == 2
    assert len(asked(google, word)) == 2
    assert len(google.calls(f"poem {word}")) == 1
    names = [event.name for event in paying.stream(run)]
    assert names.count("execution_resumed") == 1
    assert names[-1] == "execution_completed"


def test_settled_as_failed_it_fails_and_skips_and_can_be_tried_anew(paying: Api, google: Google, word: str):
    run = doubtful(paying, google, word)
    settled = settle(paying, run, "tell", action="fail").json()
    assert states(settled) == {"tell": "failed", "retell": "skipped", "poem": "completed"}
    assert settled["state"] == "failed"
    assert len(asked(google, word)) == 1
    assert states(resume(paying, run)) == dict.fromkeys(("tell", "retell", "poem"), "completed")
    assert len(asked(google, word)) == 2


def test_a_job_that_google_does_not_know_leaves_the_node_in_doubt(paying: Api, google: Google, word: str):
    run = doubtful(paying, google, word)
    assert settle(paying, run, "tell", action="adopt", handle="operations/17").is_success
    done = resume(paying, run)
    assert states(done) == {"tell": "in_doubt", "retell": "waiting", "poem": "completed"}
    assert "does not know the job 'operations/17'" in done["nodes"]["tell"]["error"]["message"]
    assert len(asked(google, word)) == 1


def paid_picture(word: str) -> dict[str, Any]:
    return workflow(
        node("paint", "text_to_image", prompt=f"paint {word}", **PAINTER),
        node("look", "image_to_text", **EYE),
        edges=(edge("paint.image", "look.image"),),
    )


def test_a_job_that_is_found_by_hand_is_taken_over_and_paid_once(paying: Api, vendor: Vendor, word: str):
    vendor.takes(0)
    vendor.will("cut", match=f"paint {word}")
    done = paying.run(paid_picture(word))
    run = done["id"]
    assert states(done) == {"paint": "in_doubt", "look": "waiting"}, done
    (job,) = vendor.jobs(run)
    assert settle(paying, run, "paint", action="adopt", handle=job["job_id"]).is_success
    done = resume(paying, run)
    assert states(done) == {"paint": "completed", "look": "completed"}
    assert [entry["operation"] for entry in vendor.submissions(run)] == ["text_to_image", "image_to_text"]
    assert done["cost"] == sum(entry["billed"] for entry in vendor.jobs(run))


def test_a_job_that_the_provider_does_not_know_is_not_adopted_and_nothing_is_paid(
    paying: Api, vendor: Vendor, word: str
):
    vendor.takes(0)
    vendor.will("cut", match=f"paint {word}")
    run = paying.run(paid_picture(word))["id"]
    before = vendor.submissions(run)
    (job,) = vendor.jobs(run)
    assert settle(paying, run, "paint", action="adopt", handle="job-of-nobody").is_success
    done = resume(paying, run)
    assert states(done) == {"paint": "in_doubt", "look": "waiting"}
    message = done["nodes"]["paint"]["error"]["message"]
    assert "does not know the job 'job-of-nobody'" in message
    assert "fake (fake-painter)" in message
    assert vendor.submissions(run) == before, "nothing was asked"
    assert settle(paying, run, "paint", action="adopt", handle=job["job_id"]).is_success
    assert states(resume(paying, run)) == {"paint": "completed", "look": "completed"}


def test_the_message_says_where_to_look_and_what_can_be_done(paying: Api, google: Google, word: str):
    run = doubtful(paying, google, word)
    message = paying.execution(run)["nodes"]["tell"]["error"]["message"]
    for told in ("google", f"{run}.tell.1", "UTC", "adopt", "resubmit", "fail"):
        assert told in message


def test_what_is_no_settlement_is_refused_and_changes_nothing(paying: Api, google: Google, word: str):
    run = doubtful(paying, google, word)
    refused = [
        (409, "not-in-doubt", settle(paying, run, "poem", action="resubmit")),
        (409, "not-in-doubt", settle(paying, run, "retell", action="fail")),
        (404, "unknown-node", settle(paying, run, "nobody", action="fail")),
        (404, "unknown-execution", settle(paying, "nothing", "tell", action="fail")),
        (422, "invalid-request", settle(paying, run, "tell", action="adopt")),
        (422, "invalid-request", settle(paying, run, "tell", action="adopt", handle="")),
        (422, "invalid-request", settle(paying, run, "tell", action="resubmit", handle="job-1")),
        (422, "invalid-request", settle(paying, run, "tell", action="forget")),
        (422, "invalid-request", settle(paying, run, "tell", action="fail", why="because")),
        (422, "invalid-request", settle(paying, run, "tell")),
    ]
    for status, kind, answer in refused:
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == f"/problems/{kind}"
        assert answer.json()["detail"]
    assert states(paying.execution(run)) == {"tell": "in_doubt", "retell": "waiting", "poem": "completed"}
    assert settle(paying, run, "tell", action="fail").is_success
    twice = settle(paying, run, "tell", action="resubmit")
    assert twice.status_code == httpx2.codes.CONFLICT, "it was settled already"
    assert len(asked(google, word)) == 1


def test_cancelled_while_it_was_being_asked_it_is_in_doubt_when_it_is_resumed(paying: Api, google: Google, word: str):
    google.will("slow", f"tell {word}", seconds=30)
    run = paying.start(story(word))
    while not asked(google, word) or states(paying.execution(run))["poem"] != "completed":
        pass
    assert paying.http.delete(f"/api/executions/{run}").is_success
    assert states(paying.execution(run))["tell"] == "cancelled"
    done = resume(paying, run)
    assert states(done) == {"tell": "in_doubt", "retell": "waiting", "poem": "completed"}
    assert done["error"]["kind"] == "in_doubt"
    assert len(asked(google, word)) == 1, "what became of the first request is not known"
