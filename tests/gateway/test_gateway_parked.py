"""What nobody could handle: looked at, and sent again in the one way that keeps the log's laws."""

import json
import re
import time

import pytest

from contracts.base import NodeId, ProjectId, RunId
from contracts.envelope import ReportLetter, RunLetter, seal
from contracts.failures import Failure, FailureKind
from contracts.run import CancelRun
from contracts.work import Claimed, Failed
from kit.clock import utc_now as now
from kit.ids import new_id
from kit.record import Record
from support.api import node, workflow


@pytest.fixture
def api(whole_house):
    with whole_house.client() as client:
        yield client


@pytest.fixture
def run(api, word):
    """Of a picture of its own: nobody else makes it meanwhile."""
    run = api.post("/api/executions", json={"graph": painting(word)}).json()["id"]
    yield run
    api.delete(f"/api/executions/{run}")


def painting(word):
    return workflow(node("paint", "text_to_image", prompt=f"a {word}"))


class Lot:
    """The place where parked messages are, from behind."""

    def __init__(self, house):
        self.house = house
        self.desk = house.service.desk
        self.subjects = self.desk.subjects

    def park(self, subject, data, stream="tasks", seq=1, deliveries=3):
        record = Record(seq, subject, new_id(), {}, data, now())
        stream = getattr(self.subjects, stream)
        return str(self.house.do(self.desk.redriver.parking.park(record, stream, "Not readable.", deliveries)))

    def append(self, subject, data, expected=None):
        return self.house.do(self.desk.log.append(subject, data, expected=expected, event_id=new_id()))

    def read(self, subject):
        return self.house.do(self.desk.log.read(subject))

    def report_subject(self, run, node="paint"):
        return self.subjects.report(ProjectId("default"), RunId(run), NodeId(node))


@pytest.fixture
def lot(whole_house):
    return Lot(whole_house)


def letter(run):
    command = RunLetter(
        id=new_id(), at=now(), user_id="local", project_id="default", aggregate_id=run, command=CancelRun()
    )
    return seal(command)


def until(true):
    give_up = time.monotonic() + 30
    while not (found := true()):
        assert time.monotonic() < give_up
        time.sleep(0.01)
    return found


def redrive(api, parked_id, status=200):
    answer = api.post(f"/api/parked/{parked_id}/redrive")
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_parked_message_is_listed_and_shown_whole_without_secrets(api, lot, run):
    body = {"attempt": 1, "handle": {"access_token": "abc"}, "url": "https://x.test/?key=0123456789", "text": "a fox"}
    parked_id = lot.park(lot.subjects.task("image", "default", run, "paint"), json.dumps(body).encode())
    shown = next(one for one in listed(api) if one["id"] == parked_id)
    assert (shown["kind"], shown["aggregate_id"], shown["node_id"]) == ("task", run, "paint")
    assert (shown["reason"], shown["deliveries"], shown["stream"]) == ("Not readable.", 3, lot.subjects.tasks)
    whole = api.get(f"/api/parked/{parked_id}").json()
    assert whole["body"]["text"] == "a fox"
    assert "abc" not in json.dumps(whole)
    assert "0123456789" not in json.dumps(whole)
    assert whole["bytes"] == len(json.dumps(body))


def listed(api, limit=2):
    """All of them, page by page."""
    found, cursor = [], None
    while True:
        page = api.get("/api/parked", params={"limit": limit} | ({"cursor": cursor} if cursor else {})).json()
        found += page["items"]
        assert len(page["items"]) <= limit
        cursor = page["next_cursor"]
        if cursor is None:
            assert [int(one["id"]) for one in found] == sorted({int(one["id"]) for one in found})
            return found


def test_what_the_orchestrator_cannot_read_is_parked_by_it_and_counted(api, lot, run):
    before = float(re.search(r"^groove_parked_messages (.+)$", api.get("/metrics").text, re.MULTILINE)[1])
    subject = lot.subjects.command("run", "default", run + "-x")
    seq = lot.append(subject, b'{"v":99,"command":{"type":"DreamOfRun"}}')
    (parked,) = until(lambda: [one for one in listed(api, 100) if one["subject"] == subject])
    assert (parked["kind"], parked["stream"], parked["sequence"]) == ("command", lot.subjects.log, seq)
    assert f"groove_parked_messages {before + 1:.15g}" in api.get("/metrics").text
    problem = redrive(api, parked["id"], 409)
    assert problem["type"] == "/problems/unreadable"
    assert "after an upgrade" in problem["detail"]
    assert api.get(f"/api/parked/{parked['id']}").status_code == 200
    assert len(lot.read(subject)) == 1


def test_a_command_is_appended_anew_and_obeyed_once(api, lot, run):
    subject, command = lot.subjects.command("run", "default", run), letter(run)
    parked_id = lot.park(subject, command, "log", seq=777)
    copy = lot.park(subject, command, "log", seq=777)
    asked = len(lot.read(subject))
    done = redrive(api, parked_id)
    assert done["how"] == "appended"
    assert [one.seq for one in lot.read(subject)][asked:] == [done["sequence"]]
    until(lambda: api.get(f"/api/executions/{run}").json()["state"] == "cancelled")
    assert api.get(f"/api/parked/{parked_id}").status_code == 404
    redrive(api, parked_id, 404)
    assert redrive(api, copy)["sequence"] == done["sequence"]
    assert len(lot.read(subject)) == asked + 1


def test_a_report_is_not_appended_again_but_the_orchestrator_is_told(api, lot, run):
    subject = lot.report_subject(run)
    claimed = ReportLetter(id=new_id(), worker="w", report=Claimed(at=now(), attempt=1, epoch=1, worker="w"))
    seq = lot.append(subject, seal(claimed), 0)
    done = redrive(api, lot.park(subject, seal(claimed), "log", seq))
    assert (done["how"], done["subject"]) == ("told", lot.subjects.due(run, "paint"))
    assert [one.seq for one in lot.read(subject)] == [seq]


def test_a_report_of_another_log_is_gone(api, lot, run):
    parked_id = lot.park(lot.report_subject(run), b"{}", "log", seq=1)
    assert redrive(api, parked_id, 409)["type"] == "/problems/gone"
    assert api.get(f"/api/parked/{parked_id}").status_code == 200


def test_a_task_is_queued_again_by_who_knows_whether_it_is_wanted(api, lot, run):
    task = lot.subjects.task("image", "default", run, "paint")
    before = until(lambda: lot.house.do(queued(lot, task)))
    lot.house.do(lot.desk.redriver._wire.api(f"STREAM.PURGE.{lot.subjects.tasks}", {"filter": task}))
    assert redrive(api, lot.park(task, b"broken"))["how"] == "told"
    again = until(lambda: lot.house.do(queued(lot, task)))
    assert json.loads(again.data) == json.loads(before.data)


async def queued(lot, subject):
    return await lot.desk.redriver._wire.leader_get(lot.subjects.tasks, last_by_subj=subject)


def test_a_task_whose_node_was_told_that_it_failed_is_not_sent_again(api, lot, run):
    failure = Failure(kind=FailureKind.INTERNAL, message="This version of the worker cannot read the task.")
    failed = ReportLetter(id=new_id(), worker="w", report=Failed(at=now(), attempt=1, failure=failure))
    lot.append(lot.report_subject(run), seal(failed), 0)
    problem = redrive(api, lot.park(lot.subjects.task("image", "default", run, "paint"), b'{"attempt":1}'), 409)
    assert problem["type"] == "/problems/already-answered"
    assert f"groove resume {run}" in problem["detail"]


def test_what_nothing_waits_for_is_not_sent_again(api, lot, run):
    api.delete(f"/api/executions/{run}")
    due = lot.park(lot.subjects.due(run, "paint"), b"", "timers")
    assert redrive(api, due, 409)["type"] == "/problems/not-wanted"
    nobody = lot.park(lot.subjects.due("nobody", "paint"), b"", "timers")
    assert redrive(api, nobody, 409)["type"] == "/problems/gone"
    strange = lot.park(f"{lot.subjects.prefix}.cmd.0.credit._.x", b"{}", "log")
    assert redrive(api, strange, 409)["type"] == "/problems/not-redrivable"


def test_a_message_that_the_server_gave_up_is_taken_out_of_the_way_first(api, lot, run):
    """With a limit of deliveries (there is none) a task would keep its place and never be given out again."""
    task = lot.subjects.task("image", "default", run, "paint")
    stuck = until(lambda: lot.house.do(queued(lot, task)))
    notice = {"stream": lot.subjects.tasks, "consumer": "image", "stream_seq": stuck.seq, "deliveries": 5}
    advisory = f"$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.{lot.subjects.tasks}.image"
    lot.house.do(lot.desk.redriver._wire.request(advisory, json.dumps(notice).encode()))
    (shown,) = [one for one in listed(api) if one["subject"] == advisory]
    assert (shown["deliveries"], shown["sequence"]) == (5, stuck.seq)
    assert redrive(api, shown["id"])["how"] == "told"
    until(lambda: (fresh := lot.house.do(queued(lot, task))) and fresh.seq > stuck.seq)
    lot.house.do(lot.desk.redriver._wire.request(advisory, json.dumps(notice).encode()))
    (again,) = [one for one in listed(api) if one["subject"] == advisory]
    assert redrive(api, again["id"], 409)["type"] == "/problems/gone"


@pytest.mark.parametrize("parked_id", ["0", "99999999", "x", "-1", "1" * 40, "\u0661"])
def test_what_is_not_parked_is_not_there(api, parked_id):
    assert api.get(f"/api/parked/{parked_id}").json()["type"] == "/problems/unknown-parked"
    assert redrive(api, parked_id, 404)["type"] == "/problems/unknown-parked"


def test_a_redrive_with_a_key_is_answered_the_same_again(api, lot, run):
    subject = lot.subjects.command("run", "default", run)
    parked_id = lot.park(subject, letter(run), "log", seq=778)
    headers = {"Idempotency-Key": new_id()}
    answers = [api.post(f"/api/parked/{parked_id}/redrive", headers=headers) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
