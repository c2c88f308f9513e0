"""Puts the gateway together from its settings, and takes it apart again."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp

from contracts.base import MAX_EVENTS_PER_DECISION, position
from contracts.catalogue import NODE_TYPES
from contracts.subjects import Subjects
from gateway.canvas import Canvas
from gateway.cast import cast_of
from gateway.commands import Commands
from gateway.database import away, migrate, open_database
from gateway.desk import Desk
from gateway.erasing import Eraser, keyring
from gateway.estimates import Estimates
from gateway.faces import NatsFaces, NoFaces
from gateway.http.app import build
from gateway.library.accounts import ProviderAccounts
from gateway.library.acts import Acts
from gateway.library.answers import Answers
from gateway.library.projects import Projects
from gateway.library.uploads import Uploads
from gateway.limits.bounds import Bounds, limiter_of
from gateway.limits.limiter import Limiter
from gateway.live.heard import Heard
from gateway.live.hub import Hub
from gateway.live.noting import Noting
from gateway.live.relay import Relay
from gateway.metrics import Metrics
from gateway.money import money_of
from gateway.redriving import Redriver
from gateway.references import register
from gateway.settings import Settings
from gateway.shelf import shelf_of
from gateway.views.folder import Folder
from gateway.views.history import History
from gateway.views.read_assets import Assets
from gateway.views.read_audit import Audit
from gateway.views.read_doubts import Doubts
from gateway.views.read_generations import Generations
from gateway.views.read_graphs import Graphs
from gateway.views.read_jobs import Jobs
from gateway.views.read_runs import Runs
from gateway.views.waiting import Tide
from gateway.webhooks.hooks import hooks
from gateway.webhooks.sending import Sender
from gateway.who.who import Who, gathered
from kit import sealed
from kit.clock import Clock, utc_now
from kit.errors import Unavailable
from kit.footing import look
from kit.ids import new_id
from kit.log_jetstream import JetStreamLog
from kit.nats import connect
from kit.objects_s3 import S3Objects
from kit.presign import Keys
from kit.readiness import Check, Readiness, nats_connected, stream_exists
from providers.catalogue import book

_TIDY_S = 3600
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Service:
    desk: Desk
    app: ASGIApp
    heartbeat_s: float

    def background(self) -> list[Coroutine[Any, Any, None]]:
        """What goes on besides answering, for ever."""
        desk = self.desk
        return [
            desk.folder.run(),
            desk.hub.beat(self.heartbeat_s),
            _tidy(desk.answers),
            desk.hooks.pump.run(),
            desk.limiter.keep(),
            desk.shelf.background(desk.metrics),
        ]


@asynccontextmanager
async def opened(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[Service]:
    """Connect everything and bring the database up to date.

    Raises:
        Unavailable, NotFound, ServerTooOld, OSError: something that is needed is not there.
        NotConfigured: something must be set otherwise.
        RuntimeError: the database belongs to another log.
    """
    async with AsyncExitStack() as stack:
        engine = open_database(settings.postgres_url.get_secret_value())
        stack.push_async_callback(engine.dispose)
        await migrate(engine)
        nc = await connect(settings.nats_url, "gateway", settings.nats_login)
        stack.push_async_callback(nc.close)
        subjects = Subjects(settings.prefix)
        await look(nc, [subjects.log, subjects.parked], clock=clock)
        await sealed.begin(nc, subjects, settings.secret_keys, erasable=settings.erasable)
        objects = _objects(settings, clock)
        await objects.ensure_bucket()
        await register(engine, objects)
        who = await gathered(settings, engine, Projects(engine, clock), clock)
        desk = _furnish(settings, nc, engine, objects, clock, who)
        stack.push_async_callback(_given_back, desk.limiter)
        await desk.commands.listen()
        seq = await desk.folder.begin()
        desk.tide.rise(seq)
        desk.hub.begin(position(seq, MAX_EVENTS_PER_DECISION - 1))
        relay = Relay(desk.hub, desk.tide, desk.heard, desk.metrics, clock)
        await nc.subscribe(desk.subjects.all_live, cb=partial(_pass_on, relay))
        origins = [origin.strip().rstrip("/") for origin in settings.cors_origins.split(",") if origin.strip()]
        canvas, uploads = Canvas(settings.canvas), settings.s3_public_endpoint or settings.s3_endpoint
        yield Service(desk, build(desk, origins, settings.public_url, canvas, uploads), settings.heartbeat_s)


async def _pass_on(relay: Relay, msg: Msg) -> None:
    relay.progress(msg.data)


def _objects(settings: Settings, clock: Clock) -> S3Objects:
    keys = Keys(
        settings.s3_access_key.get_secret_value(), settings.s3_secret_key.get_secret_value(), settings.s3_region
    )
    public = settings.s3_public_endpoint
    return S3Objects(settings.s3_endpoint, settings.s3_bucket, keys, public_endpoint=public, clock=clock)


def _furnish(settings: Settings, nc: Client, engine: AsyncEngine, objects: S3Objects, clock: Clock, who: Who) -> Desk:
    subjects = Subjects(settings.prefix)
    log = JetStreamLog(nc, subjects.log)
    metrics, tide, heard = Metrics(), Tide(), Heard()
    hub = Hub(metrics)
    noting = Noting(metrics, clock)
    folder = Folder(engine, subjects, log, Relay(hub, tide, heard, metrics, clock).publish, noting.noted)
    metrics.gauge("groove_view_messages", lambda: folder.folded)
    metrics.gauge("groove_view_events", lambda: folder.told)
    metrics.gauge("groove_views_paused", lambda: folder.paused)
    enabled = [name for name in settings.providers.replace(" ", "").split(",") if name]
    commands = Commands(nc, log, subjects, tide, clock, gateway_id=new_id(), timeout_s=settings.answer_timeout_s)
    checks: dict[str, Check] = {
        "nats": nats_connected(nc),
        "log": stream_exists(nc, subjects.log),
        "postgres": partial(_answers, engine),
        "objects": objects.reachable,
        "views": partial(folding, folder),
    }
    faces = NatsFaces(nc, subjects, settings.faces_timeout_s) if settings.faces else NoFaces()
    runs, acts = Runs(engine, log, subjects), Acts(engine, clock)
    return Desk(
        subjects=subjects,
        log=log,
        book=lambda: book(enabled, on=clock().date(), vertex=bool(settings.vertex_project)),
        commands=commands,
        hooks=hooks(engine, tide, clock, settings.sealing_keys, Sender(local=settings.webhooks_local)),
        money=money_of(settings, engine, commands, clock),
        estimates=Estimates(nc, subjects, clock, settings.answer_timeout_s),
        graphs=Graphs(engine, NODE_TYPES),
        runs=runs,
        assets=Assets(engine),
        shelf=shelf_of(engine, log, subjects, objects, settings, clock),
        cast=cast_of(engine, log, subjects, faces, clock),
        history=History(engine),
        doubts=Doubts(engine),
        jobs=Jobs(engine, log, subjects),
        generations=Generations(engine, log, subjects),
        redriver=Redriver(nc, log, subjects, runs),
        projects=Projects(engine, clock),
        answers=Answers(engine, clock),
        acts=acts,
        eraser=Eraser(engine, keyring(nc), log, subjects, commands, objects, who, acts, tide),
        accounts=ProviderAccounts(engine, settings.sealing_keys, clock),
        bounds=Bounds.of(settings),
        limits=settings.picture_limits,
        screening=settings.screening,
        limiter=limiter_of(settings, engine),
        audit=Audit(engine),
        uploads=Uploads(engine),
        objects=objects,
        parts=objects.parts,
        hub=hub,
        tide=tide,
        folder=folder,
        readiness=Readiness(checks),
        metrics=metrics,
        clock=clock,
        who=who,
        heard=heard,
    )


async def _given_back(limiter: Limiter) -> None:
    with contextlib.suppress(DBAPIError, ConnectionError, TimeoutError):  # else they come back by themselves
        await limiter.give_back()


async def _answers(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))


async def folding(folder: Folder) -> None:
    """The views are told what happens, and know what happened before.

    Raises:
        Unavailable: they do not, yet.
    """
    if folder.trouble is not None:
        raise Unavailable(folder.trouble)
    if folder.behind:  # after a restore or a new revision: what is asked for would not be there yet
        raise Unavailable(f"reading the log: {folder.behind} messages to go")


async def _tidy(answers: Answers) -> None:
    while True:
        try:
            await answers.forget_old()
        except Exception as error:
            if not away(error):
                raise
            log.info("tidying up waits for the database")
        await asyncio.sleep(_TIDY_S)
