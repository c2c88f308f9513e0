"""What each service may say and hear, for every name that the code knows."""

import inspect
from typing import get_args

import pytest

from contracts.permissions import SERVICES, WORKERS, Service, permissions
from contracts.subjects import PARTITIONS, QUEUES, Kind, Subjects
from support.acts import N, P, R, api_of_everything, covers, may_say, spoken

S = Subjects("groove")
ALL_WORKERS = frozenset(WORKERS)
NOBODY: frozenset[Service] = frozenset()

WRITERS: dict[str, frozenset[Service]] = {
    **{S.command(kind, "p", "x"): frozenset({"gateway"}) for kind in ("graph", "run", "credit")},
    **{S.events(kind, "p", "x"): frozenset({"orchestrator"}) for kind in ("graph", "run", "credit", "recipe")},
    **{S.events(kind, "p", "x"): frozenset({"gateway"}) for kind in ("asset", "character")},
    S.report(P, R, N): ALL_WORKERS | {"orchestrator"},  # Revoked, the one exception
    **{S.imported(family, P, R, N): frozenset({"operator"}) for family in ("cmd", "evt", "rpt")},
    **{S.task(queue, P, R, N): frozenset({"orchestrator"}) for queue in QUEUES},
    S.timer(R, N): frozenset({"orchestrator"}),
    S.due(R, N): frozenset({"orchestrator", "gateway"}),
    S.open_run(R): frozenset({"orchestrator", "provision"}),  # a restore puts back what was at work
    S.parked_from("cmd.0.run.p.r"): frozenset({"orchestrator"}),
    **{S.parked_from(f"task.{queue}.p.r.n"): frozenset({who}) for who, queue in WORKERS.items()},
    **{S.snapshot(kind, "p", "x"): frozenset({"orchestrator"}) for kind in get_args(Kind)},
    S.live(P, R): ALL_WORKERS,
    S.control(R): frozenset({"orchestrator"}),
    S.answers("g"): frozenset({"orchestrator"}),
    S.estimates: frozenset({"gateway"}),
    S.faces: frozenset({"gateway"}),
    S.alive: frozenset({"orchestrator"}),
    **{S.slots(queue): frozenset({who}) for who, queue in WORKERS.items()},
    f"{S.provider_slots('google')}.0": ALL_WORKERS,
    S.provider_pause("google"): ALL_WORKERS,
    S.user_key("u"): frozenset({"gateway", "orchestrator"}),
}
HEARERS: dict[str, frozenset[Service]] = {
    **dict.fromkeys(WRITERS, NOBODY),
    S.live(P, R): frozenset({"gateway"}),
    S.answers("g"): frozenset({"gateway"}),
    S.control(R): ALL_WORKERS,
    S.estimates: frozenset({"orchestrator"}),
    S.faces: frozenset({"face-embedding"}),
    S.alive: frozenset({"orchestrator"}),
    **{S.slots(queue): frozenset({"orchestrator"}) for queue in QUEUES},
    S.user_key("u"): frozenset(SERVICES) - {"provision"},
}
"""Messages of streams are pulled, never heard in passing."""
NO_SUBJECTS = {
    "log",
    "tasks",
    "timers",
    "open_runs",
    "parked",
    "snapshots",
    "accounts",
    "keys",
    "decider",
    "alarm",
    "follower",
    "parse",
}
FILTERS = {"all_commands", "all_live", "all_control", "open_runs_of", "commands_of", "prefix"}


@pytest.mark.parametrize("service", SERVICES)
def test_each_fact_has_the_writers_that_are_named_here_and_no_other(service):
    allowed = permissions(service, S)
    said = {subject for subject in WRITERS if may_say(allowed, subject)}
    assert said == {subject for subject, writers in WRITERS.items() if service in writers}


@pytest.mark.parametrize("service", SERVICES)
def test_each_thing_is_heard_by_those_who_are_named_here(service):
    allowed = permissions(service, S)
    heard = {subject for subject in HEARERS if any(covers(one, subject) for one in allowed.subscribe)}
    assert heard == {subject for subject, hearers in HEARERS.items() if service in hearers}


def test_no_name_of_the_bus_is_left_out_above():
    """A new one belongs into the permissions, and into this table."""
    names = {name for name, _ in inspect.getmembers(Subjects) if not name.startswith("_")}
    named = (
        "command events report imported task timer due open_run parked_from snapshot live control answers estimates "
        "faces alive slots provider_slots provider_pause user_key"
    )
    assert set(WRITERS) == set(spoken(S))
    assert names - NO_SUBJECTS - FILTERS == set(named.split())


@pytest.mark.parametrize("service", SERVICES)
def test_only_its_own_inbox_and_only_this_installation(service):
    allowed = permissions(service, S)
    others = [f"_INBOX_{other}.x" for other in SERVICES if other != service]
    for subject in [*others, "_INBOX.x", ">", "*", "$SYS.>", "$JS.>", "groove.>", "other.evt.0.run.p.r"]:
        assert not any(covers(one, subject) for one in allowed.subscribe), subject
        assert not may_say(allowed, subject), subject


def test_the_streams_are_changed_by_who_makes_them_and_nobody_else():
    for service in SERVICES:
        allowed = permissions(service, S)
        may = {subject for subject in api_of_everything(S) if may_say(allowed, subject)}
        assert not any("OTHER_LOG" in subject for subject in may)
        forbidden = ("STREAM.DELETE", "DURABLE.CREATE", ".PAUSE.", "UNPIN")
        assert not any(act in subject for subject in may for act in forbidden)
        changing = {subject for subject in may if ".STREAM.CREATE." in subject or ".STREAM.UPDATE." in subject}
        assert bool(changing) == (service == "provision")
        purging = {subject.rpartition(".")[2] for subject in may if ".STREAM.PURGE." in subject}
        assert purging == ({S.tasks, S.timers, S.open_runs} if service == "orchestrator" else set())


def test_a_backup_copies_what_cannot_be_made_again_and_nobody_else_may():
    copied = {S.log, S.open_runs, S.parked, S.keys}
    for service in SERVICES:
        allowed = permissions(service, S)
        for act, who in (("SNAPSHOT", "operator"), ("RESTORE", "provision")):
            may = {
                stream for stream in (*copied, S.tasks, S.timers) if may_say(allowed, f"$JS.API.STREAM.{act}.{stream}")
            }
            assert may == (copied if service == who else set()), (service, act)


def test_a_consumer_is_pulled_and_acknowledged_by_its_own_service():
    owners = {f"{S.tasks}.{queue}": {who} for who, queue in WORKERS.items()}
    owners |= {f"{S.log}.{S.decider(n)}": {"orchestrator"} for n in range(PARTITIONS)}
    owners |= {f"{S.timers}.{S.alarm(n)}": {"orchestrator"} for n in range(PARTITIONS)}
    for consumer, wanted in owners.items():
        for subject in (f"$JS.API.CONSUMER.MSG.NEXT.{consumer}", f"$JS.ACK.{consumer}.1.1.1.1.1"):
            assert {who for who in SERVICES if may_say(permissions(who, S), subject)} == wanted, subject
        taking_away = f"$JS.API.CONSUMER.DELETE.{consumer}"
        assert not any(may_say(permissions(who, S), taking_away) for who in SERVICES)
        changing = f"$JS.API.CONSUMER.CREATE.{consumer}"
        assert {who for who in SERVICES if may_say(permissions(who, S), changing)} == {"provision"}
    follower = f"$JS.API.CONSUMER.MSG.NEXT.{S.log}.follow-x"
    assert {who for who in SERVICES if may_say(permissions(who, S), follower)} == {"gateway", "operator"}


def test_a_worker_cannot_have_stored_bytes_sent_anywhere():
    for service in WORKERS:
        assert not any("DIRECT.GET" in one for one in permissions(service, S).publish)
