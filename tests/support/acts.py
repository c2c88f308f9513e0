"""Everything that can be said on the bus, and what permissions make of it."""

from collections.abc import Iterator
from typing import get_args

from contracts.base import NodeId, ProjectId, RunId
from contracts.permissions import Permissions
from contracts.subjects import PARTITIONS, QUEUES, Kind, Subjects

P, R, N = ProjectId("p"), RunId("r"), NodeId("n")


def covers(pattern: str, subject: str) -> bool:
    """As the server does, which also refuses a filter that is wider than the permission."""
    ours, theirs = pattern.split("."), subject.split(".")
    for at, word in enumerate(ours):
        if word == ">":
            return len(theirs) > at
        if at >= len(theirs) or theirs[at] == ">" or word not in {"*", theirs[at]}:
            return False
    return len(ours) == len(theirs)


def may_say(allowed: Permissions, subject: str) -> bool:
    return any(covers(one, subject) for one in allowed.publish) and not any(
        covers(one, subject) for one in allowed.publish_deny
    )


def api_of_everything(s: Subjects) -> Iterator[str]:
    streams = [s.log, s.tasks, s.timers, s.open_runs, s.parked, s.snapshots, s.accounts, "OTHER_LOG"]
    durables = [*QUEUES, *map(s.decider, range(PARTITIONS)), *map(s.alarm, range(PARTITIONS)), "follow-x"]
    stream_acts = ["INFO", "CREATE", "UPDATE", "DELETE", "PURGE", "MSG.GET", "MSG.DELETE", "SNAPSHOT", "RESTORE"]
    yield from (f"$JS.API.STREAM.{act}.{stream}" for act in stream_acts for stream in streams)
    consumer_acts = ["INFO", "CREATE", "DURABLE.CREATE", "DELETE", "MSG.NEXT", "PAUSE", "UNPIN"]
    for stream in streams:
        yield f"$JS.API.DIRECT.GET.{stream}"
        for durable in durables:
            yield from (f"$JS.API.CONSUMER.{act}.{stream}.{durable}" for act in consumer_acts)
            yield f"$JS.ACK.{stream}.{durable}.1.1.1.1.1"


def spoken(s: Subjects) -> Iterator[str]:
    """One subject of each kind that the code can make."""
    yield from (s.command(kind, "p", "x") for kind in ("graph", "run", "credit"))
    yield from (s.events(kind, "p", "x") for kind in get_args(Kind))
    yield from (s.snapshot(kind, "p", "x") for kind in get_args(Kind))
    yield from (s.imported(family, P, R, N) for family in ("cmd", "evt", "rpt"))
    for queue in QUEUES:
        yield from (s.task(queue, P, R, N), s.parked_from(f"task.{queue}.p.r.n"), s.slots(queue))
    yield from (s.report(P, R, N), s.timer(R, N), s.due(R, N), s.open_run(R), s.parked_from("cmd.0.run.p.r"))
    yield from (s.live(P, R), s.control(R), s.answers("g"), s.estimates, s.faces, s.alive)
    yield from (f"{s.provider_slots('google')}.0", s.provider_pause("google"))
    yield s.user_key("u")
