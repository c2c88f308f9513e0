"""NATS: there, new enough, with every stream and consumer, and somebody who pulls them."""

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx2
from nats.aio.client import Client

from contracts.subjects import PARTITIONS, QUEUES, Subjects
from gateway.doctor.clocks import compared
from gateway.doctor.findings import Finding, unknown, warning, well, wrong
from gateway.doctor.settings import DoctorSettings
from kit.clock import utc_now
from kit.errors import ServerTooOld, Unavailable
from kit.nats import connect
from kit.provision import Difference, differences
from kit.wire import ApiError, Wire

_PROVISION = "Run `python -m kit.provision deploy/jetstream.toml` as user `provision`, with the file of this release."
_WAIT_S = 3.0
_NO_STREAM = 10059
_UNASKED = "the server does not say how they are"


async def bus(settings: DoctorSettings) -> list[Finding]:
    where = re.sub(r"//[^@/]*@", "//", settings.nats_url)
    try:
        nc = await connect(settings.nats_url, "doctor", settings.nats_login)
    except ServerTooOld as error:
        return [wrong("nats", str(error), "Upgrade nats-server: older ones lose guarded appends without a word.")]
    except Unavailable as error:
        remedy = "See that it runs and can be reached from here, and that GROOVE_NATS_URL, _USER and _SEED are its own."
        return [wrong("nats", str(error), remedy)]
    try:
        version = nc._server_info.get("version", "")  # noqa: SLF001  the public property drops parts
        found = [well("nats", f"nats-server {version} at {where}")]
        wire = Wire(nc, _WAIT_S)
        found += await _jetstream(wire, Subjects(settings.prefix))
        if found[-1].state == "wrong":
            return found
        found += await _streams(nc, settings)
        if found[-1].told.startswith(_UNASKED):
            return found
        return [*found, *await _pulled(wire, Subjects(settings.prefix)), *await synced(settings)]
    finally:
        await nc.close()


async def _jetstream(wire: Wire, subjects: Subjects) -> list[Finding]:
    try:
        info = await wire.api(f"STREAM.INFO.{subjects.log}")
    except ApiError as error:
        if error.code == _NO_STREAM:
            return [wrong("jetstream", f"there is no stream {subjects.log}", _PROVISION)]
        return [wrong("jetstream", str(error), "Enable JetStream in the server's configuration, with a store_dir.")]
    except Unavailable as error:
        remedy = "JetStream is off, or this user may not ask: make users anew with `groove nats-users`."
        return [wrong("jetstream", str(error), remedy)]
    state, cluster = info["state"], info.get("cluster") or {}
    told = f"{subjects.log} holds {state['messages']:,} messages, {state['bytes'] / 1e6:,.1f} MB"
    found = [well("jetstream", told)]
    behind = [one["name"] for one in cluster.get("replicas") or () if not one.get("current") or one.get("offline")]
    if behind:
        remedy = "One more loss stops everything: see why these servers do not keep up."
        found = [warning("jetstream", f"copies of the log are behind or away on {', '.join(behind)}", remedy)]
    if (said := info.get("ts")) is not None:
        found = [*compared("NATS", datetime.fromisoformat(said), utc_now()), *found]
    return found


async def _streams(nc: Client, settings: DoctorSettings) -> list[Finding]:
    file = settings.description
    if file is None:
        return [unknown("streams", "not compared: deploy/jetstream.toml is not here", "Name it with GROOVE_STREAMS.")]
    try:
        differing = await differences(nc, file, settings.prefix, _WAIT_S)
    except Unavailable as error:
        remedy = "It is overloaded, or this user may not ask: give the operator's, or `groove nats-users` anew."
        return [wrong("streams", f"{_UNASKED}: {error}", remedy)]
    found = [wrong("streams", _difference(one), _PROVISION) for one in differing]
    return found or [well("streams", "every stream and consumer is as this release wants it")]


def _difference(one: Difference) -> str:
    return f"{one.label} is missing" if one.missing else f"{one.label} differs in {', '.join(one.settings)}"


async def _pulled(wire: Wire, subjects: Subjects) -> list[Finding]:
    """Whether each durable has somebody who asks for its messages, or holds some."""
    deciders = [(subjects.log, subjects.decider(n)) for n in range(PARTITIONS)]
    queues = [(subjects.tasks, queue) for queue in QUEUES]
    answers = await asyncio.gather(*(_consumer(wire, *one) for one in (*deciders, *queues)))
    deaf = [n for n, info in enumerate(answers[:PARTITIONS]) if _deaf(info)]
    found = [well("orchestrators", "every partition is pulled")]
    if deaf:
        remedy = "Start an orchestrator, or see in its log and at its /ready why it does not pull."
        found = [wrong("orchestrators", f"nobody pulls the partitions {deaf}: runs in them stand still", remedy)]
    idle = [queue for queue, info in zip(QUEUES, answers[PARTITIONS:], strict=True) if _deaf(info)]
    waiting = {queue: info for queue, info in zip(QUEUES, answers[PARTITIONS:], strict=True) if queue in idle}
    for queue, info in waiting.items():
        tasks = int(info["num_pending"]) if info else 0
        told, remedy = f"no worker pulls the queue {queue}", f"Start the worker of {queue}, if it is wanted here."
        part = "workers"
        found.append(wrong(part, f"{told}, where {tasks} tasks lie", remedy) if tasks else warning(part, told, remedy))
    if len(idle) < len(QUEUES):
        served = ", ".join(queue for queue in QUEUES if queue not in idle)
        found.append(well("workers", f"there is somebody for the queues {served}"))
    return found


async def _consumer(wire: Wire, stream: str, durable: str) -> Mapping[str, Any]:
    try:
        return await wire.api(f"CONSUMER.INFO.{stream}.{durable}")
    except Unavailable:
        return {}


def _deaf(info: Mapping[str, Any]) -> bool:
    return not info.get("num_waiting") and not info.get("num_ack_pending")


async def synced(settings: DoctorSettings) -> list[Finding]:
    """Whether an append that was acknowledged is on the disk. Only the monitoring port tells."""
    if settings.nats_monitor is None:
        return [
            unknown("sync", "whether NATS writes through is not known", "Name its monitoring in GROOVE_NATS_MONITOR.")
        ]
    try:
        url = f"{settings.nats_monitor.rstrip('/')}/varz"
        told = (await asyncio.to_thread(httpx2.get, url, timeout=_WAIT_S, trust_env=False)).json()
    except (httpx2.HTTPError, ValueError) as error:
        return [warning("sync", f"the monitoring port does not answer: {error}", "See GROOVE_NATS_MONITOR.")]
    if (told.get("jetstream") or {}).get("config", {}).get("sync_always"):
        return [well("sync", "what NATS has acknowledged is on its disk")]
    remedy = "Set `sync_interval: always` in the server's `jetstream` block: the log is the record of everything."
    return [wrong("sync", "NATS acknowledges before it has written: a power cut can lose decisions", remedy)]
