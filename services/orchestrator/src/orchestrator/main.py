"""Puts the orchestrator together and runs it until it is told to stop."""

import asyncio
import contextlib
import logging
import sys
from contextlib import AsyncExitStack
from datetime import timedelta

from nats.aio.client import Client
from nats.aio.msg import Msg

from contracts import bench
from contracts.envelope import RunLetter, Unreadable, seal, unseal
from contracts.subjects import PARTITIONS, Subjects
from kit import logs, sealed, telemetry
from kit.clock import utc_now
from kit.errors import NotConfigured, NotFound, ServerTooOld, Unavailable
from kit.footing import look
from kit.health import HealthServer
from kit.log import Log
from kit.log_jetstream import JetStreamLog
from kit.nats import connect, on_stop, run
from kit.parked import Parking
from kit.queue import Timers, WorkQueue
from kit.readiness import Readiness, nats_connected, stream_exists
from kit.register import JetStreamRegister
from kit.settings import WRONG_CONFIGURATION, read
from kit.snapshots import JetStreamSnapshots
from orchestrator.admission import Admission, Limits
from orchestrator.credits import Credits
from orchestrator.graphs import Graphs
from orchestrator.inbox import Inbox
from orchestrator.lags import with_lags
from orchestrator.membership import Membership
from orchestrator.metrics import CountedLog, metrics_of
from orchestrator.orchestra import Orchestra
from orchestrator.outside import Outside
from orchestrator.planning import estimate
from orchestrator.ports import Stale, World
from orchestrator.recipes import Recipes
from orchestrator.runs import Runs
from orchestrator.settings import Settings
from orchestrator.sweep import sweep_for_ever
from providers import catalogue

_OUT_OF_ORDER = 69  # EX_UNAVAILABLE of sysexits.h
_log = logging.getLogger(__name__)


def compose(nc: Client, settings: Settings, log: Log | None = None) -> Orchestra:
    subjects = Subjects(settings.prefix)
    world = World(
        subjects=subjects,
        log=log or JetStreamLog(nc, subjects.log),
        tasks=WorkQueue(nc, subjects.tasks),
        timers=Timers(nc, subjects.timers),
        wakes=WorkQueue(nc, subjects.timers),
        open_runs=JetStreamRegister(nc, subjects.open_runs),
        snapshots=JetStreamSnapshots(nc, subjects.snapshots),
        say=nc.publish,
        clock=utc_now,
        book=catalogue.book(settings.enabled, on=utc_now().date(), vertex=bool(settings.vertex_project)),
    )
    recipes = Recipes(world)
    outside = Outside(world, recipes, Admission(Limits(settings.user_tasks, settings.provider_tasks)))
    accounts = Credits(world, on=settings.credits == "on", overdue=timedelta(seconds=settings.overdue_s))
    runs = Runs(world, recipes, outside, accounts)
    return Orchestra(world, runs, Graphs(world), outside, recipes, accounts)


async def serve(settings: Settings, stop: asyncio.Event | None = None) -> None:
    stop = stop or on_stop()
    async with AsyncExitStack() as undo:
        nc = await connect(settings.nats_url, "orchestrator", settings.nats_login)
        undo.push_async_callback(nc.close)
        subjects = Subjects(settings.prefix)
        await look(nc, *_stands_on(subjects))
        await sealed.begin(nc, subjects, settings.secret_keys, erasable=settings.erasable)
        log = CountedLog(nc, subjects.log)
        desk = compose(nc, settings, log)
        inbox = Inbox(desk, [], Parking(nc, settings.prefix), timedelta(seconds=settings.overdue_s))
        membership = Membership(nc, desk, inbox)
        undo.push_async_callback(membership.leave, settings.grace_s)
        await membership.join()
        await _answer_estimates(nc, desk)
        sweeper = asyncio.create_task(sweep_for_ever(desk, inbox, settings.sweep_s, held=lambda: membership.held))
        undo.callback(sweeper.cancel)
        checks = {"nats": nats_connected(nc), "log": stream_exists(nc, subjects.log), **membership.checks()}
        paused = desk.world.paused
        health = HealthServer(
            Readiness(checks),
            with_lags(metrics_of(log, membership, desk, inbox), nc, subjects, membership),
            lambda: {"paused": paused.listed()},
        )
        await health.start(settings.health_host, settings.health_port)
        undo.push_async_callback(health.close)
        _log.info("ready", extra={"health_port": health.port})
        await stop.wait()
        _log.info("stopping")


def _stands_on(s: Subjects) -> tuple[list[str], list[tuple[str, str]]]:
    streams = [s.log, s.tasks, s.timers, s.open_runs, s.snapshots]
    deciders = [(s.log, s.decider(n)) for n in range(PARTITIONS)]
    return streams, [*deciders, *((s.timers, s.alarm(n)) for n in range(PARTITIONS))]


async def _answer_estimates(nc: Client, desk: Orchestra) -> None:
    async def answer(message: Msg) -> None:
        with contextlib.suppress(Unreadable, Stale, Unavailable):  # its asker hears nothing, and asks again
            await message.respond(seal(await estimate(desk, unseal(RunLetter, message.data))))

    await nc.subscribe(desk.world.subjects.estimates, queue="orchestrator", cb=answer)


def main() -> None:
    settings = read(Settings)
    logs.set_up("orchestrator", settings.log_level)
    telemetry.set_up("orchestrator", settings)
    bench.register(wanted=settings.bench)
    try:
        run(serve(settings))
    except (NotConfigured, NotFound, ServerTooOld, Unavailable) as error:
        sys.stderr.write(f"the orchestrator cannot start: {error}\n")
        raise SystemExit(WRONG_CONFIGURATION if isinstance(error, NotConfigured) else _OUT_OF_ORDER) from None


if __name__ == "__main__":
    main()
