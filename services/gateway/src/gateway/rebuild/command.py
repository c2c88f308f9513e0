"""`groove rebuild` in the terminal: progress while it works, then what differed. `groove` finds it by entry point."""

import asyncio
import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from pydantic import SecretStr

from contracts.subjects import Subjects
from gateway.rebuild.comparing import Compared
from gateway.rebuild.making import Rate
from gateway.rebuild.schemas import Refused
from gateway.rebuild.settings import Settings
from gateway.rebuild.work import Rebuilt, check, rebuild
from kit import sealed
from kit.errors import NotConfigured, ServerTooOld, Unavailable
from kit.log_jetstream import JetStreamLog
from kit.nats import Login, connect
from kit.settings import LOCAL_DATA, beside

DONE, DIFFERENT, REFUSED, NO_ANSWER = 0, 1, 3, 4
"""Exit codes, as `groove --help` tells them."""
_SHOWN = 10


@dataclass(frozen=True)
class Wanted:
    """What the command line and the environment say."""

    nats_url: str
    prefix: str
    postgres_url: SecretStr
    only_check: bool = False
    keep_old: bool = False
    as_json: bool = False
    login: Login | None = None
    secret_keys: SecretStr | None = None
    erasable: bool = False


def main(*, only_check: bool, keep_old: bool, data: Path | None = None, as_json: bool) -> int:
    """Where everything is, the environment says, as it does to the gateway; else what runs here."""
    settings = beside(Settings, data or LOCAL_DATA)
    place = settings.nats_url, settings.prefix, settings.postgres_url
    seals = settings.nats_login, settings.secret_keys, settings.erasable
    return run(Wanted(*place, only_check, keep_old, as_json, *seals))


def run(wanted: Wanted) -> int:
    """Do it, and give the exit code."""
    logging.getLogger().addHandler(logging.NullHandler())  # what is worth saying is said below
    try:
        done = asyncio.run(_work(wanted))
    except Refused as error:
        return _failed(wanted, REFUSED, "Refused", str(error))
    except (Unavailable, NotConfigured, ServerTooOld, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return _failed(wanted, NO_ANSWER, "Unreachable", str(error) or type(error).__name__)
    _tell(wanted, done)
    return DIFFERENT if wanted.only_check and not done.compared.equal else DONE


async def _work(wanted: Wanted) -> Rebuilt:
    nc = await connect(wanted.nats_url, "rebuild", wanted.login)
    try:
        subjects = Subjects(wanted.prefix)
        await sealed.begin(nc, subjects, wanted.secret_keys, erasable=wanted.erasable)
        log, url = JetStreamLog(nc, subjects.log), wanted.postgres_url.get_secret_value()
        progress = _Ticker(shown=not wanted.as_json and sys.stderr.isatty()).tick
        if wanted.only_check:
            return await check(url, log, subjects, progress)
        return await rebuild(url, log, subjects, progress, keep_old=wanted.keep_old)
    finally:
        await nc.close()


class _Ticker:
    """One line that is written over."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown

    def tick(self, rate: Rate) -> None:
        if self._shown:
            end = "\n" if rate.messages == rate.of else ""
            line = f"\r  {rate.messages:,} of {rate.of:,} messages, {rate.events_per_s:,.0f} events/s  "
            sys.stderr.write(line + end)
            sys.stderr.flush()


def _tell(wanted: Wanted, done: Rebuilt) -> None:
    if wanted.as_json:
        sys.stdout.write(json.dumps(_document(done), indent=2, ensure_ascii=False) + "\n")
        return
    compared, rate = done.compared, done.rate
    speed = f"{rate.seconds:.1f} s ({rate.events_per_s:,.0f} events/s)"
    lines = [f"Folded {rate.messages:,} messages with {rate.events:,} events in {speed}: {compared.rows:,} rows."]
    lines += [_difference(compared), *(f"  {one}" for one in compared.differing)]
    if sum(compared.counts.values()) > len(compared.differing):
        lines.append("  … and more of the same tables")
    if done.paused:
        lines.append(f"Paused at what this release cannot read: {', '.join(done.paused[:_SHOWN])}.")
    if done.swapped:
        lines.append("The rebuilt views are in place. Gateways go on with them." + _kept(wanted))
    elif not compared.equal:
        lines.append("Nothing was changed. Put it right: groove rebuild")
    sys.stdout.write("\n".join(lines) + "\n")


def _kept(wanted: Wanted) -> str:
    return " The old ones are kept in schema views_old." if wanted.keep_old else ""


def _difference(compared: Compared) -> str:
    if compared.equal:
        return f"The views were equal to the log, up to message {compared.seq:,}."
    counts = ", ".join(f"{count:,} in {table}" for table, count in compared.counts.items())
    return f"The views differed from the log, up to message {compared.seq:,}: {counts}."


def _document(done: Rebuilt) -> dict[str, object]:
    return {
        "equal": done.compared.equal,
        "swapped": done.swapped,
        "seq": done.compared.seq,
        "rows": done.compared.rows,
        "messages": done.rate.messages,
        "events": done.rate.events,
        "seconds": round(done.rate.seconds, 3),
        "events_per_s": round(done.rate.events_per_s),
        "paused": list(done.paused),
        "differing": dict(done.compared.counts),
        "rows_differing": [one.as_json() for one in done.compared.differing],
    }


def _failed(wanted: Wanted, code: int, title: str, sentence: str) -> int:
    document = json.dumps({"title": title, "detail": sentence}, ensure_ascii=False)
    sys.stderr.write(f"{document}\n" if wanted.as_json else f"error: {sentence}\n")
    return code
