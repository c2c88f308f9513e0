"""The composition of every worker: what differs is the queue and the settings."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field, replace

from nats.aio.client import Client

from contracts.catalogue import NODE_TYPES
from contracts.subjects import Queue, Subjects
from contracts.work import Task
from kit import sealed, telemetry
from kit.clock import utc_now
from kit.credentials import signer
from kit.errors import NotConfigured, NotFound, ServerTooOld, Unavailable
from kit.footing import look
from kit.health import HealthServer
from kit.ids import new_id
from kit.log_jetstream import LeaderLog
from kit.logs import bind
from kit.nats import connect, on_stop, run
from kit.objects import Objects
from kit.objects_s3 import S3Objects
from kit.parked import Parking
from kit.presign import Keys
from kit.readiness import Check, Readiness, nats_connected, stream_exists
from kit.settings import WRONG_CONFIGURATION
from kit.slots import Slots
from providers import catalogue, registry
from providers.doubt import parse
from providers.interface import Provider
from providers.redact import Redactor
from providers.worker.accounts import Accounts, parse_limits
from providers.worker.claim import Pen
from providers.worker.control import Calls, listen
from providers.worker.inbox import Door, Handle, Inbox
from providers.worker.keys import Gateway, Given, Keyring
from providers.worker.lifecycle import Desk, carry_out
from providers.worker.metrics import WorkMetrics, counted
from providers.worker.progress import Voice
from providers.worker.pulls import hearing
from providers.worker.secrecy import scrub_logs
from providers.worker.settings import WorkerSettings
from providers.worker.slots import Announcing
from providers.worker.stamping import Stamper
from providers.worker.timing import Timing
from providers.worker.unreadable import refuser

_OUT_OF_ORDER = 69  # EX_UNAVAILABLE of sysexits.h
log = logging.getLogger(__name__)


Operations = frozenset[str]


@dataclass(frozen=True)
class Trade:
    """What a worker does beside asking providers."""

    tools: Provider | None = None
    """Does the operations of its queue that are no provider's."""
    more: Operations = frozenset()
    """Operations that are no node types."""
    checks: Mapping[str, Check] = field(default_factory=dict)
    """What else must be there before it is ready."""
    beside: Callable[[Client], AbstractAsyncContextManager[None]] | None = None
    """What else it does while it is connected."""
    told: Callable[[], Mapping[str, object]] = dict
    """What /ready tells beside its checks."""
    counted: Mapping[str, tuple[str, Callable[[], float]]] = field(default_factory=dict)
    """Counters of its own by name: what each means, and how to read it."""


def start(queue: Queue, settings: WorkerSettings, trade: Trade | None = None) -> None:
    """Run a worker until it is told to stop.

    Raises:
        SystemExit: with a sentence, when what it stands on is not there.
    """
    hidden = settings.redactor
    scrub_logs(hidden)
    telemetry.set_up("face-embedding" if queue == "face" else f"{queue}-worker", settings)
    try:
        run(serve(queue, settings, trade=trade, hidden=hidden))
    except (NotFound, ServerTooOld, Unavailable, ValueError) as error:
        sys.stderr.write(f"the {queue} worker cannot start: {error}\n")
        raise SystemExit(WRONG_CONFIGURATION if isinstance(error, NotConfigured) else _OUT_OF_ORDER) from None
    # a thread that paints for nobody any more would hold up the end until its picture is done
    logging.shutdown()
    os._exit(0)


async def serve(
    queue: Queue,
    settings: WorkerSettings,
    stop: asyncio.Event | None = None,
    *,
    trade: Trade | None = None,
    hidden: Redactor | None = None,
) -> None:
    """Work on a queue until `stop`, or a signal. What `hidden` knows is in no log; it learns users' keys."""
    stop, trade = stop or on_stop(), trade or Trade()
    name = f"{queue}-{new_id()[-12:]}"
    async with AsyncExitStack() as undo:
        nc = await connect(settings.nats_url, name, settings.nats_login)
        undo.push_async_callback(nc.close)
        subjects = Subjects(settings.prefix)
        await look(nc, [subjects.log, subjects.accounts], [(subjects.tasks, queue)])
        await sealed.begin(nc, subjects, settings.secret_keys, erasable=settings.erasable)
        objects = _objects(settings)
        metrics = WorkMetrics({name: meaning for name, (meaning, _) in trade.counted.items()})
        keyring = _keyring(settings, hidden or Redactor())
        desk = _desk(nc, name, queue, settings, objects)
        desk = replace(desk, keyring=keyring, tools=trade.tools, operations=desk.operations | trade.more)
        desk = counted(desk, metrics)
        undo.push_async_callback(registry.close, dict(desk.providers))
        undo.push_async_callback(desk.keyring.close)
        await listen(nc, subjects, desk.calls)
        parking = Parking(nc, settings.prefix)
        door = Door(nc, subjects, queue, parking, refuser(desk.pen), metrics.tally, metrics.working, metrics.age)
        inbox = Inbox(door, settings.slots, _handler(desk))
        metrics.gauge("groove_tasks_in_flight", lambda: inbox.busy)
        metrics.gauge("groove_task_slots", lambda: settings.slots)
        for counter, (_, reading) in trade.counted.items():
            metrics.counter(counter, reading)
        checks = {
            "nats": nats_connected(nc),
            "log": stream_exists(nc, subjects.log),
            "accounts": stream_exists(nc, subjects.accounts),
            "tasks": hearing(nc, subjects.tasks, queue, inbox.pulls),
            "objects": objects.reachable,
            **trade.checks,
        }
        health = HealthServer(Readiness(checks), metrics.text, trade.told)
        await health.start(settings.health_host, settings.health_port)
        undo.push_async_callback(health.close)
        if trade.beside is not None:
            await undo.enter_async_context(trade.beside(nc))
        await inbox.start()
        undo.push_async_callback(inbox.stop, settings.grace_s)
        announcing = Announcing(nc.publish, subjects, queue, name)
        announcing.start(settings.slots)
        undo.push_async_callback(announcing.stop)
        log.info("ready", extra={"worker": name, "slots": settings.slots, "health_port": health.port})
        await stop.wait()
        log.info("stopping")


def _desk(nc: Client, name: str, queue: Queue, settings: WorkerSettings, objects: Objects) -> Desk:
    subjects = Subjects(settings.prefix)
    return Desk(
        pen=Pen(LeaderLog(nc, subjects.log), subjects, name, utc_now),
        objects=objects,
        providers=registry.build(settings.enabled, _access(settings)),
        book=catalogue.book(settings.enabled, vertex=bool(settings.vertex_project)),
        operations=frozenset(kind.name for kind in NODE_TYPES.values() if kind.queue == queue and kind.available),
        calls=Calls(),
        voice=Voice(nc.publish, subjects),
        timing=Timing(
            send_within_s=settings.send_within_s, connect_s=settings.connect_s, longest_job_s=settings.job_max_s
        ),
        accounts=_accounts(nc, subjects, settings),
        stamper=Stamper(signer(settings.c2pa_certificate, settings.c2pa_key)),
    )


def _accounts(nc: Client, subjects: Subjects, settings: WorkerSettings) -> Accounts:
    log = LeaderLog(nc, subjects.accounts)
    sizes = parse_limits(settings.provider_slots)
    limits = {
        name: Slots(log, subjects.provider_slots(name), size, lease_s=settings.slot_lease_s)
        for name, size in sizes.items()
    }
    own: dict[str, Slots] = {}

    def more(provider: str, seat: str) -> Slots | None:
        if provider in sizes and seat not in own:
            own[seat] = Slots(log, subjects.provider_slots(seat), sizes[provider], lease_s=settings.slot_lease_s)
        return own.get(seat)

    return Accounts(log, subjects, limits, more=more)


def _keyring(settings: WorkerSettings, hidden: Redactor) -> Keyring:
    url, token = settings.gateway_url, settings.worker_token
    if url is None or token is None:
        return Keyring(redactor=hidden)
    access, over_http = _access(settings), settings.worker_keys_over_http

    def build(given: Given) -> Provider:
        return registry.of_account(given.provider, given.key, given.base, access)

    return Keyring(build, Gateway(url, token, over_http=over_http), hidden)


def _handler(desk: Desk) -> Handle:
    async def handle(task: Task, deliveries: int) -> None:
        with bind(run_id=task.run_id, node_id=task.node_id, attempt=task.attempt, task_id=task.task_id):
            await carry_out(task, desk, deliveries)

    return handle


def _objects(settings: WorkerSettings) -> S3Objects:
    keys = Keys(
        settings.s3_access_key.get_secret_value(), settings.s3_secret_key.get_secret_value(), settings.s3_region
    )
    return S3Objects(settings.s3_endpoint, settings.s3_bucket, keys)


def _access(settings: WorkerSettings) -> registry.Access:
    project = settings.vertex_project
    return registry.Access(
        google_api_key=settings.google_api_key,
        google_base_url=settings.google_base_url,
        google_vertex=registry.Vertex(project, settings.vertex_location, settings.vertex_token) if project else None,
        google_timeout_s=settings.google_timeout_s,
        google_poll_s=settings.google_poll_s,
        fake_url=settings.fake_url,
        fake_key_window_s=settings.fake_key_window_s,
        doubt=parse(settings.doubt),
    )
