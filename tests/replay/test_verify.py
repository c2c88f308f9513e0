"""`groove replay` and `groove export`: recorded logs are decided again, told again, and carried from place to place."""

import json
import os
import pty
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.base import position
from contracts.subjects import Subjects
from kit.log_jetstream import JetStreamLog
from orchestrator.domain import forward, retries
from orchestrator.replaying import exports, telling
from orchestrator.replaying.command import books_of
from orchestrator.replaying.telling import fold, read
from orchestrator.replaying.timeline import OutOfRange, at, moments
from orchestrator.replaying.verify import verify
from support.recording import PREFIX, records

FILES = sorted((Path(__file__).parent / "logs").glob("v*/*.jsonl"))
BOOKS = books_of(("local", "google", "fake"))
SUBJECTS = Subjects(PREFIX)
_RUN = "main_job_completed"
GROOVE = Path(sys.executable).with_name("groove")


def named(name):
    return next(file for file in FILES if file.stem == name)


def told_of(name):
    return next(iter(read(SUBJECTS, records(named(name))).runs.values()))


def flaws(found):
    return [str(flaw) for flaw in verify(SUBJECTS, found, BOOKS).flaws]


def groove(*args, **more):
    env = {**os.environ, "GROOVE_PROVIDERS": "local,google,fake", **more}
    return subprocess.run([GROOVE, *map(str, args)], env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_todays_code_decides_every_recording_as_it_was_decided(file):
    done = verify(SUBJECTS, records(file), BOOKS)
    assert [str(flaw) for flaw in done.flaws] == []
    assert done.decisions
    assert done.events


def test_a_decider_that_waits_longer_is_found_out(monkeypatch):
    monkeypatch.setattr(retries, "FIRST_S", retries.FIRST_S * 2)
    (first, *_) = flaws(records(named("retried_after_429_and_503")))
    assert "NodeRetryScheduled" in first
    assert "retry_at" in first


def test_a_decider_that_never_ends_a_run_is_found_out(monkeypatch):
    monkeypatch.setattr(forward, "end", lambda _: None)
    assert any("was RunCompleted, and today is nothing" in flaw for flaw in flaws(records(named("main_job_completed"))))


def test_a_decider_that_does_not_hear_reports_is_found_out(monkeypatch):
    monkeypatch.setattr(telling, "hear", lambda *_: None)
    assert any("was NodeSucceeded" in flaw and "today is nothing" in flaw for flaw in flaws(records(named(_RUN))))


def test_a_decider_that_never_answered_a_late_report_is_found_out():
    """One decision may have been made without it, all that came after may not."""
    told = records(named(_RUN))
    last = max(record.seq for record in told if b'"NodeSucceeded"' in record.data and ".run." in record.subject)
    (answer,) = [record for record in told if record.seq == last]
    silent = json.loads(answer.data) | {"events": []}
    deaf = [replace(one, data=json.dumps(silent).encode()) if one is answer else one for one in told]
    assert any("left undecided" in flaw for flaw in flaws(deaf))


def test_a_run_without_its_last_decision_is_left_undecided():
    told = records(named("main_job_completed"))
    last = max(record.seq for record in told if ".evt." in record.subject and ".run." in record.subject)
    assert any("left undecided" in flaw for flaw in flaws([one for one in told if one.seq != last]))


@pytest.mark.parametrize("family", ["cmd", "evt", "rpt"])
def test_a_hole_is_found(family):
    told = records(named("doubt_settled_by_adopting"))
    mine = [one for one in told if f".{family}." in one.subject and ".recipe." not in one.subject]
    gone = mine[-1] if family == "rpt" else mine[0]
    assert flaws([one for one in told if one is not gone])


def test_what_cannot_be_read_is_named_by_subject_and_sequence():
    told = records(named("gave_up"))
    broken = replace(told[1], data=b'{"v":99,"id":"x"}')
    assert any(f"{broken.subject} at {broken.seq}: " in flaw for flaw in flaws([told[0], broken, *told[2:]]))


def test_the_end_of_the_story_is_the_run_as_it_was_left():
    told = told_of("cancelled_resumed")
    assert at(told, None)[0] == fold(told)
    assert [line.position for line in moments(told)] == sorted(line.position for line in moments(told))


def test_a_run_is_shown_as_it_was_after_any_event():
    told = told_of("main_job_completed")
    states = [at(told, line.position)[0].state for line in moments(told)]
    assert (states[0], states[-2], states[-1]) == ("pending", "running", "completed")
    first = next(one for one in told if one.address.family == "evt")
    run, lines = at(told, position(first.seq))
    assert lines[-1].what == "RunStarted"
    assert {step.state for step in run.steps.values()} == {"waiting"}
    whole, _ = at(told, first.seq)
    assert {step.state for step in whole.steps.values()} != {"waiting"}


def test_a_place_out_of_range_is_refused_with_the_range():
    told = told_of("gave_up")
    with pytest.raises(OutOfRange, match=f"{told[0].seq} to {told[-1].seq}"):
        at(told, told[-1].seq + 1)


def test_the_command_verifies_files():
    done = groove("replay", "--verify", "--json", *FILES)
    said = json.loads(done.stdout)
    assert (done.returncode, said["equal"], said["differing"]) == (0, True, [])
    assert said["runs"] > len(FILES)


def test_the_command_steps_through_a_run_without_a_terminal_too():
    done = groove("replay", named("gave_up"), "--step", "--json")
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(steps) == len(moments(told_of("gave_up")))
    assert (steps[0]["state"], steps[-1]["state"]) == ("pending", "failed")


def test_keys_go_forward_and_back_in_a_terminal():
    mine, theirs = pty.openpty()
    with subprocess.Popen([GROOVE, "replay", named("gave_up"), "--step"], stdin=theirs, stdout=theirs) as process:
        os.close(theirs)
        for key, shown in ((b"n", "1 of "), (b"p", "2 of "), (b"q", "1 of ")):
            seen = ""
            while shown not in seen or "leave" not in seen:
                seen += os.read(mine, 4096).decode()
            os.write(mine, key)
        assert process.wait(timeout=30) == 0
    os.close(mine)


@pytest.mark.parametrize(
    ("args", "code", "sentence"),
    [
        (["gave_up", "--at", "3"], 2, "nothing at 3"),
        (["graph_edited_restored_deleted"], 2, "holds 0 runs"),
    ],
)
def test_what_cannot_be_replayed_is_said(args, code, sentence):
    done = groove("replay", named(args[0]), *args[1:])
    assert done.returncode == code
    assert sentence in done.stderr


@pytest.fixture
async def stored(bus, prefix):
    """A recorded run in a log of its own."""
    log, subjects = JetStreamLog(bus, Subjects(prefix).log), Subjects(prefix)
    for record in records(named("gave_up")):
        subject = record.subject.replace(f"{PREFIX}.", f"{prefix}.", 1)
        await log.append(subject, record.data, expected=None, event_id=record.id)
    return next(iter(read(subjects, await log.read()).runs))


def test_a_run_is_exported_and_the_file_tells_the_same(stored, nats_url, prefix, tmp_path):
    env, file = {"GROOVE_NATS_URL": nats_url, "GROOVE_PREFIX": prefix}, tmp_path / "run.jsonl"
    assert groove("replay", "--verify", **env).returncode == 0
    done = groove("export", "last", "-o", file, **env)
    assert (done.returncode, done.stderr) == (0, "")
    assert stored in done.stdout
    assert groove("replay", file).stdout == groove("replay", stored[:20], **env).stdout
    assert groove("replay", "--verify", file).returncode == 0
    again = groove("export", stored, "-o", file, **env)
    assert (again.returncode, "is there already" in again.stderr) == (2, True)
    missing = groove("replay", "no-such-run", **env)
    assert (missing.returncode, "no run or file" in missing.stderr) == (3, True)


def exported(tmp_path, change=lambda text: text):
    file = tmp_path / "run.jsonl"
    file.write_text(change(exports.write(PREFIX, "r", records(named("gave_up")))))
    return file


def test_an_export_holds_every_message(tmp_path):
    found = exports.read(exported(tmp_path))
    assert [(one.seq, one.subject, one.id, one.data) for one in found.records] == [
        (one.seq, one.subject, one.id, one.data) for one in records(named("gave_up"))
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: text.replace('"attempt":1', '"attempt":2'), "digest does not fit"),
        (lambda text: text.rsplit("\n", 2)[0] + "\n", "and holds"),
        (lambda text: text.replace('"version":1', '"version":2', 1), "Take a newer groove"),
        (lambda text: text.replace("groove-run", "holiday-photos", 1), "is of format 'holiday-photos'"),
        (lambda _: "once upon a time\n", "line 1: this is not JSON"),
        (lambda _: "", "line 1: this is not JSON"),
        (lambda _: '{"a":1}\n', "no message of a log"),
    ],
)
def test_a_damaged_or_foreign_file_is_refused(tmp_path, change, sentence):
    with pytest.raises(exports.BadFile, match=sentence):
        exports.read(exported(tmp_path, change))
