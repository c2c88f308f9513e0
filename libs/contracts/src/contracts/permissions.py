"""What each service may say and hear on the bus, made of the names that its code uses.

One writer per kind of fact is a law that the NATS server keeps with these. It sees subjects, never bodies: that an
orchestrator writes nothing but `Revoked` among the reports is its own promise. And it carries answers to wherever they
are asked for: so workers may not read in the way that gives stored bytes back as they are (`raw`), or a report could be
had copied among the decisions.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from contracts.base import NodeId, ProjectId, RunId
from contracts.subjects import PARTITIONS, QUEUES, Kind, Queue, Subjects

Service = Literal[
    "gateway",
    "orchestrator",
    "text-worker",
    "image-worker",
    "video-worker",
    "audio-worker",
    "face-embedding",
    "operator",
    "provision",
]
"""Each is one NATS user. `operator`: the commands beside the services; `provision`: makes streams and consumers."""
SERVICES: tuple[Service, ...] = get_args(Service)
WORKERS: dict[Service, Queue] = {
    "text-worker": "text",
    "image-worker": "image",
    "video-worker": "video",
    "audio-worker": "audio",
    "face-embedding": "face",
}
_ANY_PROJECT, _ANY_RUN, _ANY_NODE = ProjectId("*"), RunId("*"), NodeId("*")


@dataclass(frozen=True)
class Permissions:
    """Subjects and filters. What is in none of them is refused."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    publish_deny: tuple[str, ...] = ()
    """Taken out of `publish` again."""
    answers: bool = False
    """May answer whoever asked it, once per question."""


def inbox(service: str) -> str:
    """What every inbox of a service starts with. Only it may listen there."""
    return f"_INBOX_{service}"


def permissions(service: Service, subjects: Subjects) -> Permissions:
    match service:
        case "gateway":
            allowed = _gateway(subjects)
        case "orchestrator":
            allowed = _orchestrator(subjects)
        case "operator":
            allowed = _operator(subjects)
        case "provision":
            allowed = _provision(subjects)
        case "face-embedding":
            allowed = _face_embedding(subjects)
        case _:
            allowed = _worker(subjects, WORKERS[service])
    if service == "provision":
        return Permissions(allowed.publish, (f"{inbox(service)}.>",), allowed.publish_deny, allowed.answers)
    hears = (f"{inbox(service)}.>", subjects.user_key("*"), *allowed.subscribe)
    says = (*allowed.publish, *_reads(subjects.keys, raw=False))
    return Permissions(says, hears, allowed.publish_deny, allowed.answers)


def _gateway(s: Subjects) -> Permissions:
    return Permissions(
        publish=(
            *_of(s.command, "graph", "run", "credit"),
            *_of(s.events, "asset", "character"),
            s.due(_ANY_RUN, _ANY_NODE),  # a parked message is sent again as a timer that comes due
            s.estimates,
            s.faces,
            s.user_key("*"),
            _api("STREAM.MSG.DELETE", s.keys),
            *_reads(s.log, raw=True),
            *_reads(s.parked, raw=True),
            _api("STREAM.MSG.DELETE", s.parked),
            *(_api(f"STREAM.MSG.{act}", stream) for stream in (s.tasks, s.timers) for act in ("GET", "DELETE")),
            *_follows(s.log),
        ),
        subscribe=(s.all_live, s.answers("*")),
        publish_deny=_durables_of_others(s),
    )


def _orchestrator(s: Subjects) -> Permissions:
    return Permissions(
        publish=(
            *_of(s.events, "graph", "run", "credit", "recipe"),
            s.report(_ANY_PROJECT, _ANY_RUN, "*"),  # Revoked: the one exception to one writer per kind of fact
            f"{s.prefix}.task.*.*.*.*",
            s.timer(_ANY_RUN, _ANY_NODE),
            s.due(_ANY_RUN, _ANY_NODE),
            s.open_run(_ANY_RUN),
            *_of(s.snapshot, *get_args(Kind)),
            s.parked_from("cmd.>"),
            s.parked_from("rpt.>"),
            s.parked_from("due.>"),
            s.all_control,
            s.answers("*"),
            s.alive,
            s.user_key("*"),
            *_reads(s.log, raw=True),
            *_reads(s.tasks, raw=False),
            *_reads(s.timers, raw=False),
            *_reads(s.open_runs, raw=True),
            *_reads(s.snapshots, raw=True),
            *(_api("STREAM.PURGE", stream) for stream in (s.tasks, s.timers, s.open_runs)),
            _api("STREAM.MSG.DELETE", s.tasks),
            *(_api("CONSUMER.INFO", s.tasks, queue) for queue in QUEUES),
            *(one for n in range(PARTITIONS) for one in _pulls(s.log, s.decider(n))),
            *(one for n in range(PARTITIONS) for one in _pulls(s.timers, s.alarm(n))),
        ),
        subscribe=(s.alive, s.slots("*"), s.estimates),
        answers=True,
    )


def _worker(s: Subjects, queue: Queue) -> Permissions:
    return Permissions(
        publish=(
            s.report(_ANY_PROJECT, _ANY_RUN, "*"),
            s.live(_ANY_PROJECT, _ANY_RUN),
            s.slots(queue),
            f"{s.provider_slots('*')}.*",
            s.provider_pause("*"),
            s.parked_from(f"task.{queue}.>"),
            *_reads(s.log, raw=False),
            *_reads(s.accounts, raw=False),
            *_pulls(s.tasks, queue),
        ),
        subscribe=(s.all_control,),
    )


def _face_embedding(s: Subjects) -> Permissions:
    """A worker that also answers questions, and follows what is said of characters and assets."""
    worker = _worker(s, "face")
    return Permissions(
        publish=(*worker.publish, *_pulls(s.log, s.follower)),
        subscribe=(*worker.subscribe, s.faces),
        answers=True,
    )


def _operator(s: Subjects) -> Permissions:
    return Permissions(
        publish=(
            *(s.imported(family, _ANY_PROJECT, _ANY_RUN, "*") for family in ("cmd", "evt", "rpt")),
            *_reads(s.log, raw=True),
            *_follows(s.log),
            *_looks(s),
            *(one for stream in _copied(s) for one in _copies(stream)),
        ),
        subscribe=(),
        publish_deny=_durables_of_others(s),
    )


def _provision(s: Subjects) -> Permissions:
    streams = _streams(s)
    return Permissions(
        publish=(
            *(_api(f"STREAM.{act}", stream) for stream in streams for act in ("INFO", "CREATE", "UPDATE")),
            *(_api(f"CONSUMER.{act}", stream, "*") for stream in streams for act in ("INFO", "CREATE")),
            *(one for stream in _copied(s) for one in _restores(stream)),
            s.open_run(_ANY_RUN),  # of a backup: runs that were at work while it was made
        ),
        subscribe=(),
    )


def _of(subject: Callable[[Kind, str, str], str], *kinds: Kind) -> Iterable[str]:
    return (subject(kind, "*", "*") for kind in kinds)


def _api(call: str, *names: str) -> str:
    return ".".join(("$JS.API", call, *names))


def _reads(stream: str, *, raw: bool) -> Iterable[str]:
    """`raw`: also by direct get, which gives a message's bytes to any subject that is named for the answer."""
    yield _api("STREAM.INFO", stream)
    yield _api("STREAM.MSG.GET", stream)
    if raw:
        yield _api("DIRECT.GET", stream)
        yield _api("DIRECT.GET", stream, ">")


def _follows(stream: str) -> Iterable[str]:
    """By a consumer of its own, named anew each time."""
    return (_api(f"CONSUMER.{act}", stream, "*") for act in ("CREATE", "DELETE", "MSG.NEXT"))


def _streams(s: Subjects) -> tuple[str, ...]:
    return s.log, s.tasks, s.timers, s.open_runs, s.parked, s.accounts, s.snapshots, s.keys


def _looks(s: Subjects) -> Iterable[str]:
    """How streams and consumers are, and nothing of what is in them."""
    yield from (_api("STREAM.INFO", stream) for stream in _streams(s))
    yield from (_api("CONSUMER.INFO", stream, "*") for stream in (s.log, s.tasks, s.timers))


def _copied(s: Subjects) -> tuple[str, ...]:
    """What a backup holds of the bus."""
    return s.log, s.open_runs, s.keys, s.parked


def _copies(stream: str) -> Iterable[str]:
    yield _api("STREAM.SNAPSHOT", stream)
    yield f"$JS.SNAPSHOT.ACK.{stream}.>"


def _restores(stream: str) -> Iterable[str]:
    yield _api("STREAM.RESTORE", stream)
    yield f"$JS.SNAPSHOT.RESTORE.{stream}.*"


def _pulls(stream: str, durable: str) -> Iterable[str]:
    yield _api("CONSUMER.INFO", stream, durable)
    yield _api("CONSUMER.MSG.NEXT", stream, durable)
    yield f"$JS.ACK.{stream}.{durable}.>"


def _durables_of_others(s: Subjects) -> tuple[str, ...]:
    acts = ("CREATE", "DELETE", "MSG.NEXT")
    names = (*(s.decider(n) for n in range(PARTITIONS)), s.follower)
    return tuple(_api(f"CONSUMER.{act}", s.log, name) for act in acts for name in names)
