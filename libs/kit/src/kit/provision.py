"""Makes streams and consumers what a file says.

`python -m kit.provision --nats URL --prefix groove deploy/jetstream.toml`

Services never do this at start: two versions of one service would rewrite each other's settings.
"""

import argparse
import asyncio
import json
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nats.aio.client import Client

from kit.errors import ServerTooOld, Unavailable
from kit.nats import connect
from kit.settings import ServiceSettings, read
from kit.wire import ApiError, Wire

_STREAM_NOT_FOUND = 10059
_CONSUMER_NOT_FOUND = 10014
_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Provisioned:
    created: tuple[str, ...]
    updated: tuple[str, ...]
    drift: tuple[str, ...]
    """What differs from the file and cannot be changed, with the server's reason."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    name: str
    config: dict[str, Any]
    stream: str
    """Empty for a stream itself."""

    @property
    def label(self) -> str:
        return f"consumer {self.stream}/{self.name}" if self.stream else f"stream {self.name}"


async def provision(nc: Client, toml_path: str | Path, prefix: str = "groove", replicas: int = 1) -> Provisioned:
    """Create what is missing, update what differs, report what cannot be changed. Repeating it changes nothing."""
    wire = Wire(nc)
    created, updated, drift = [], [], []
    text = await asyncio.to_thread(Path(toml_path).read_text, "utf-8")
    for wanted in _plan(tomllib.loads(text), prefix, replicas):
        there = await _there(wire, wanted)
        if there is None:
            await _write(wire, wanted, wanted.config, "create")
            created.append(wanted.label)
            continue
        settings = _where_it_began(wanted.config, there)
        differing = sorted(key for key, value in settings.items() if not _same(value, there.get(key)))
        if not differing:
            continue
        try:
            await _write(wire, wanted, there | settings, "update")
            updated.append(f"{wanted.label}: {', '.join(differing)}")
        except ApiError as error:
            drift.append(f"{wanted.label}: {', '.join(differing)}: {error}")
    await wire.close()
    return Provisioned(tuple(created), tuple(updated), tuple(drift))


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as the file says."""

    label: str
    missing: bool = False
    settings: tuple[str, ...] = ()


async def differences(nc: Client, toml_path: str | Path, prefix: str, timeout_s: float = 5) -> list[Difference]:
    """Compare without changing anything. How many copies there are is left to the installation.

    Raises:
        Unavailable: the server does not answer, or this user may not ask.
    """
    wire = Wire(nc, timeout_s)
    text = await asyncio.to_thread(Path(toml_path).read_text, "utf-8")
    plan = _plan(tomllib.loads(text), prefix, 1)
    try:
        theirs = await asyncio.gather(*(_there(wire, wanted) for wanted in plan))
    finally:
        await wire.close()
    return [one for one in map(_difference, plan, theirs) if one is not None]


def _difference(wanted: _Wanted, there: dict[str, Any] | None) -> Difference | None:
    if there is None:
        return Difference(wanted.label, missing=True)
    settings = _where_it_began(wanted.config, there)
    differing = {key for key, value in settings.items() if not _same(value, there.get(key))} - {"num_replicas"}
    return Difference(wanted.label, settings=tuple(sorted(differing))) if differing else None


def _plan(data: dict[str, Any], prefix: str, replicas: int) -> list[_Wanted]:
    plan: list[_Wanted] = []
    for stream in _filled(data, {"prefix": prefix, "PREFIX": prefix.upper()})["stream"]:
        consumers = stream.pop("consumer", [])
        name = stream["name"]
        plan.append(_Wanted(name, _nanoseconds({"num_replicas": replicas, **stream}), ""))
        for consumer in consumers:
            count = consumer.pop("partitions", None)
            for n in range(count) if count else (None,):
                one = _filled(consumer, {} if n is None else {"n": str(n)})
                config = _nanoseconds({**one, "durable_name": one["name"]})
                plan.append(_Wanted(one["name"], config, name))
    return plan


def _filled(value: Any, fields: dict[str, str]) -> Any:
    match value:
        case str():
            for name, text in fields.items():
                value = value.replace("{" + name + "}", text)
            return value
        case list():
            return [_filled(one, fields) for one in value]
        case dict():
            return {key: _filled(one, fields) for key, one in value.items()}
        case _:
            return value


def _nanoseconds(config: dict[str, Any]) -> dict[str, Any]:
    """Translate `ack_wait_s = 30` to the server's `ack_wait`, in nanoseconds."""
    seconds = {key.removesuffix("_s"): int(value * _NS) for key, value in config.items() if key.endswith("_s")}
    return {key: value for key, value in config.items() if not key.endswith("_s")} | seconds


def _where_it_began(wanted: dict[str, Any], there: dict[str, Any]) -> dict[str, Any]:
    """A consumer that a restore made begins behind what was done with: history, and no setting."""
    if there.get("deliver_policy") != "by_start_sequence":
        return wanted
    return {key: value for key, value in wanted.items() if key != "deliver_policy"}


def _same(wanted: Any, there: Any) -> bool:
    """The server leaves out what is empty, and adds its own to metadata."""
    if isinstance(wanted, dict) and isinstance(there, dict):
        return all(_same(value, there.get(key)) for key, value in wanted.items())
    return bool(wanted == there) or (not wanted and not there)


async def _there(wire: Wire, wanted: _Wanted) -> dict[str, Any] | None:
    call = f"CONSUMER.INFO.{wanted.stream}.{wanted.name}" if wanted.stream else f"STREAM.INFO.{wanted.name}"
    try:
        config: dict[str, Any] = (await wire.api(call))["config"]
    except ApiError as error:
        if error.code in {_STREAM_NOT_FOUND, _CONSUMER_NOT_FOUND}:
            return None
        raise
    return config


async def _write(wire: Wire, wanted: _Wanted, config: dict[str, Any], action: str) -> None:
    if wanted.stream:
        body = {"stream_name": wanted.stream, "config": config, "action": action}
        await wire.api(f"CONSUMER.CREATE.{wanted.stream}.{wanted.name}", body)
    else:
        await wire.api(f"STREAM.{action.upper()}.{wanted.name}", config)


async def _main(arguments: argparse.Namespace) -> int:
    try:
        nc = await connect(arguments.nats, "provision", read(ServiceSettings).nats_login)
    except (Unavailable, ServerTooOld) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    try:
        done = await provision(nc, arguments.file, arguments.prefix, arguments.replicas)
    except (ApiError, Unavailable) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        await nc.close()
    sys.stdout.write(
        json.dumps({"created": done.created, "updated": done.updated, "drift": done.drift}, indent=2) + "\n"
    )
    return 1 if done.drift else 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="kit.provision", description="Create or update streams and consumers.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--nats", default="nats://127.0.0.1:4222")
    parser.add_argument("--prefix", default="groove")
    parser.add_argument("--replicas", type=int, default=1)
    sys.exit(asyncio.run(_main(parser.parse_args())))


if __name__ == "__main__":
    main()
