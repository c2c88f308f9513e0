"""`groove import`: a run of another installation is told here, and nothing is done about it."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contracts.base import ProjectId, UserId
from contracts.subjects import Subjects
from groove_local.stack import JETSTREAM
from kit.log_jetstream import EXPECTED, JetStreamLog
from kit.provision import provision
from kit.register import JetStreamRegister
from orchestrator.replaying import exports
from orchestrator.replaying.importing import AlreadyThere, Owner, bring, checked
from orchestrator.replaying.telling import fold, read
from orchestrator.replaying.verify import verify
from replay.test_verify import BOOKS, FILES, groove, named
from support.recording import PREFIX, records

OWNER = Owner(ProjectId("elsewhere"), UserId("local"))


def exported(name="retried_after_429_and_503"):
    """Of the first run in a recording."""
    told = next(iter(read(Subjects(PREFIX), records(named(name))).runs.values()))
    return exports.Exported(PREFIX, [one.record for one in told], told[0].address.id)


def written(tmp_path, one):
    file = tmp_path / "run.jsonl"
    file.write_text(exports.write(one.prefix, one.run, one.records))
    return file


@pytest.fixture
def log(bus, prefix):
    return JetStreamLog(bus, Subjects(prefix).log)


async def test_every_recorded_run_is_brought_whole_and_is_decided_as_it_was(log, bus, prefix):
    subjects = Subjects(prefix)
    for file in FILES:
        tale = read(Subjects(PREFIX), records(file))
        for run, told in tale.runs.items():
            one = exports.Exported(PREFIX, [one.record for one in told], run)
            assert (await bring(log, subjects, one, OWNER)).written == len(told)
            there = read(subjects, await log.read(subjects.imported("*", OWNER.project, run, "*"))).runs[run]
            here, then = fold(there), fold(told)
            assert [step.state for step in here.steps.values()] == [step.state for step in then.steps.values()]
            assert (here.state, here.spent) == (then.state, then.spent)
            assert [one.message.at for one in there if one.address.family == "evt"] == [
                one.message.at for one in told if one.address.family == "evt"
            ]
    done = verify(subjects, await log.read(), BOOKS, quiet_before=datetime(2100, 1, 1, tzinfo=UTC))
    assert [str(flaw) for flaw in done.flaws] == []
    assert await JetStreamRegister(bus, subjects.open_runs).list() == []
    for share in range(8):
        info = await bus.jetstream().consumer_info(subjects.log, subjects.decider(share))
        assert info.num_pending == 0
    assert (await bus.jetstream().stream_info(subjects.tasks)).state.messages == 0


async def test_the_log_of_an_older_installation_takes_imports_once_it_is_provisioned(bus, prefix, tmp_path):
    older = tmp_path / "older.toml"
    older.write_text(JETSTREAM.read_text().replace(', "{prefix}.imp.>"', ""))
    await provision(bus, older, prefix)
    done = await provision(bus, JETSTREAM, prefix)
    assert (done.created, done.drift) == ((), ())
    assert done.updated == (f"stream {Subjects(prefix).log}: subjects",)


@pytest.mark.usefixtures("bus")
async def test_the_command_brings_a_run_and_refuses_it_the_second_time(nats_url, prefix, tmp_path):
    env, file = {"GROOVE_NATS_URL": nats_url, "GROOVE_PREFIX": prefix}, written(tmp_path, exported())
    done = groove("import", file, "--json", **env)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["project"] == "default"
    assert "imported from groove" in groove("replay", "last", **env).stdout
    again = groove("import", file, **env)
    assert (again.returncode, "was imported already" in again.stderr) == (3, True)
    copy = tmp_path / "copy.jsonl"
    assert groove("export", "last", "-o", copy, **env).returncode == 0
    assert checked(exports.read(copy))
    before = groove("export", "last", "-o", "-", **env).stdout
    file.write_text(file.read_text().replace('"version":1', '"version":2', 1))
    newer = groove("import", file, "--json", **env)
    assert (newer.returncode, json.loads(newer.stderr)["title"], newer.stderr.count("\n")) == (2, "Bad file", 1)
    assert groove("export", "last", "-o", "-", **env).stdout == before


async def test_an_import_that_was_broken_off_goes_on(log, prefix):
    one, subjects = exported(), Subjects(prefix)
    half = [r for r in one.records if ".cmd." in r.subject] + [r for r in one.records if ".evt." in r.subject][:1]
    assert half == one.records[: len(half)]

    class Breaking:
        left = len(half)

        def __getattr__(self, name):
            return getattr(log, name)

        async def append(self, subject, data, **more):
            if not self.left:
                raise ConnectionError
            self.left -= 1
            return await log.append(subject, data, **more)

    with pytest.raises(ConnectionError):
        await bring(Breaking(), subjects, one, OWNER)
    with pytest.raises(AlreadyThere, match="into project elsewhere"):
        await bring(log, subjects, one, replace(OWNER, project=ProjectId("default")))
    brought = await bring(log, subjects, one, OWNER)
    assert brought.written == brought.messages - len(half)


@pytest.mark.parametrize("family", ["cmd", "evt", "rpt"])
async def test_a_hole_is_refused_and_nothing_is_written(log, prefix, family):
    one = exported()
    gone = [record for record in one.records if f".{family}." in record.subject]
    gone = gone[-1] if family == "rpt" else gone[0]
    holed = replace(one, records=[record for record in one.records if record is not gone])
    with pytest.raises(exports.BadFile, match="has a hole"):
        await bring(log, Subjects(prefix), holed, OWNER)
    assert await log.read() == []


async def test_a_message_that_another_was_stored_behind_is_missed_by_its_sequence(log, prefix):
    subjects = Subjects(prefix)
    await bring(log, subjects, exported(), OWNER)
    told = await log.read()
    assert exports.missing(told) == ""
    decisions = [record for record in told if ".evt." in record.subject]
    gone = decisions[len(decisions) // 2]
    assert EXPECTED in gone.headers
    assert f"message {gone.seq} is missing" in exports.missing([one for one in told if one is not gone])


async def test_a_run_that_ran_here_is_not_imported_over_it(log, prefix):
    one, subjects = exported(), Subjects(prefix)
    record = one.records[0]
    await log.append(record.subject.replace(f"{PREFIX}.", f"{prefix}.", 1), record.data, expected=0, event_id=record.id)
    with pytest.raises(AlreadyThere, match="in this log already"):
        await bring(log, subjects, one, OWNER)
