"""The laws of lifting old messages: for the chain that is shipped, and for one of two steps, over real logs."""

import copy
import json
import sys
from pathlib import Path

import pytest

from contracts import upcasts
from contracts.envelope import ReportLetter, RunDecision, Unreadable, seal, unseal
from contracts.subjects import Subjects
from orchestrator.replaying.telling import opened
from support.recording import PREFIX, records

sys.path.insert(0, str(Path(__file__).parent))
import imagined
from samples import SAMPLES

HERE = Path(__file__).parent
GOLDENS = HERE / "goldens"
LOGS = sorted((HERE.parent / "replay" / "logs").glob("v*/*.jsonl"))


def goldens(version):
    return {path.stem: json.loads(path.read_bytes()) for path in (GOLDENS / f"v{version}").glob("*.json")}


def name_of(kind):
    return kind.__name__.partition("[")[0]


def test_every_version_up_to_todays_has_its_goldens():
    assert upcasts.VERSION == upcasts.CHAIN.version == 1 + len(upcasts.CHAIN.steps)
    assert {path.name for path in GOLDENS.glob("v*")} == {f"v{n}" for n in range(1, upcasts.VERSION + 1)}


def test_every_golden_of_an_older_version_says_what_its_newer_one_says():
    for version in range(1, upcasts.VERSION):
        newer = goldens(version + 1)
        for name, raw in goldens(version).items():
            kind = SAMPLES[name][0]
            assert unseal(kind, json.dumps(raw).encode()) == unseal(kind, json.dumps(newer[name]).encode()), name


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_lifting_what_is_of_today_changes_nothing_and_never_what_it_was_given(name):
    kind, raw = name_of(SAMPLES[name][0]), goldens(upcasts.VERSION)[name]
    before = copy.deepcopy(raw)
    assert upcasts.CHAIN.lift(kind, raw) == before
    assert raw == before


@pytest.mark.parametrize("name", [name for name in sorted(SAMPLES) if "v" in SAMPLES[name][0].model_fields])
def test_the_version_is_the_first_thing_that_is_written(name):
    assert upcasts.current(seal(SAMPLES[name][1]))


def test_an_old_message_goes_up_step_by_step():
    """Renaming an event, then splitting a field, before and after each."""
    first, second, third = (json.loads((GOLDENS / "chain" / f"v{n}.json").read_bytes()) for n in (1, 2, 3))
    before = copy.deepcopy(first)
    assert imagined.CHAIN.version == 3
    assert upcasts.Chain((imagined.renamed,)).lift("Decision", first) == second
    assert imagined.CHAIN.lift("Decision", second) == third
    assert imagined.CHAIN.lift("Decision", first) == third
    assert imagined.CHAIN.lift("Decision", third) == third
    assert first == before
    assert third["mood"] == "good"
    read = unseal(RunDecision, json.dumps(first).encode(), imagined.CHAIN)
    assert (read.v, read.events[0].type, read.events[0].outputs["image"][0].width) == (3, "NodeSucceeded", 1024)


def test_a_step_may_look_at_what_kind_of_message_it_is():
    seen = []

    def noted(kind, raw):
        seen.append(kind)
        return raw

    chain = upcasts.Chain((noted,))
    for kind in (ReportLetter, RunDecision):
        name = next(name for name, (of, _) in sorted(SAMPLES.items()) if of is kind)
        unseal(kind, seal(SAMPLES[name][1]), chain)
    assert seen == ["ReportLetter", "Decision"]


@pytest.mark.parametrize("log", LOGS, ids=lambda log: log.stem)
def test_real_logs_are_read_the_same_as_if_they_had_been_written_long_ago(log):
    for record in records(log):
        told = opened(Subjects(PREFIX), record)
        old = imagined.of_long_ago(json.loads(seal(told.message)))
        data, before = json.dumps(old).encode(), copy.deepcopy(old)
        assert unseal(type(told.message), data, imagined.CHAIN) == told.message.model_copy(update={"v": 3})
        imagined.CHAIN.lift(name_of(type(told.message)), old)
        assert old == before


def test_real_logs_hold_what_both_steps_change():
    text = "".join(log.read_text() for log in LOGS)
    assert '"NodeSucceeded"' in text
    assert '"width":' in text


AT = '"at":"2026-01-01T00:00:00Z"'


@pytest.mark.parametrize(
    ("data", "case", "words"),
    [
        (b"", "json", "Decision: not JSON"),
        (b'{"v":1,', "json", "Decision: not JSON"),
        (b"\xff\xfe", "json", "Decision: not JSON"),
        (b"[" * 100_000, "json", "Decision: not JSON"),
        (b'"text"', "shape", "Decision: does not fit: it is no JSON object"),
        (b'{"v":true}', "shape", "Decision: does not fit: its version is 'True', not a number from 1"),
        (b'{"v":0}', "shape", "Decision: does not fit: its version is '0', not a number from 1"),
        (b'{"id":1}', "shape", "Decision: does not fit: id: "),
        (
            b'{"v":700,"id":"m"}',
            "later",
            "Decision: written by a later release (version 700; this release reads up to ",
        ),
        (
            f'{{"v":{upcasts.VERSION},"id":"m",{AT},"actor":"u","events":[{{"type":"NodeDreamt"}}]}}'.encode(),
            "type",
            "Decision: unknown type NodeDreamt",
        ),
    ],
)
def test_what_cannot_be_read_says_why_in_plain_words(data, case, words):
    with pytest.raises(Unreadable) as caught:
        unseal(RunDecision, data)
    assert (caught.value.case, str(caught.value)[: len(words)]) == (case, words)
