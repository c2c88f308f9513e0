"""`groove replay` and `groove export` in the terminal. `groove` finds them by entry point."""

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from contracts.base import ID_PATTERN, ProjectId, RunId, UserId
from contracts.subjects import Subjects
from kit import sealed
from kit.clock import utc_now
from kit.errors import NotConfigured, ServerTooOld, Unavailable
from kit.log_jetstream import JetStreamLog
from kit.nats import Login, connect
from kit.record import Record
from kit.settings import LOCAL_DATA, beside
from orchestrator.replaying import exports
from orchestrator.replaying.exports import BadFile
from orchestrator.replaying.importing import AlreadyThere, Brought, Owner, bring
from orchestrator.replaying.showing import Screen
from orchestrator.replaying.telling import Told, read
from orchestrator.replaying.timeline import OutOfRange
from orchestrator.replaying.verify import Books, Verified, verify
from orchestrator.settings import Settings
from providers import catalogue

DONE, DIFFERENT, WRONGLY_ASKED, REFUSED, NO_ANSWER = 0, 1, 2, 3, 4
"""Exit codes, as `groove --help` tells them."""
STILL = timedelta(seconds=10)
"""What was told of later than this may have something left to decide."""
_WHOLE_ID = 36
THE_USER = UserId("local")
_MOST_FLAWS = 100


class NotFound(Exception):
    """There is no such run."""


@dataclass(frozen=True)
class Place:
    """Where the log is, and whose models it speaks of."""

    nats_url: str
    prefix: str
    books: Books = field(repr=False)
    login: Login | None = None
    secret_keys: SecretStr | None = None
    erasable: bool = False


def replay(*, run: str, place: int | None, step: bool, data: Path | None = None, as_json: bool) -> int:
    return _guarded(as_json, lambda: replay_at(_here(data), run, place, step=step, as_json=as_json))


def replay_at(here: Place, run: str, place: int | None, *, step: bool, as_json: bool) -> int:
    screen = Screen(_told(here, run), as_json=as_json)
    if step:
        screen.step(place)
    else:
        screen.show(place)
    return DONE


def verified(*, what: list[str], data: Path | None = None, as_json: bool) -> int:
    return _guarded(as_json, lambda: verified_at(_here(data), what, as_json=as_json))


def verified_at(here: Place, what: list[str], *, as_json: bool) -> int:
    """Nothing said, or `all`: every run and graph of the log. Files and runs may be named together."""
    began, done = time.perf_counter(), Verified()
    for one in what or ["all"]:
        now, prefix, records = None, here.prefix, []
        if Path(one).is_file():
            exported = exports.read(Path(one))
            prefix, records = exported.prefix, exported.records
        else:
            records = asyncio.run(_read(here, "" if one == "all" else one))
            now = utc_now() - STILL
        done = done.and_(verify(Subjects(prefix), records, here.books, quiet_before=now))
    _tell(done, time.perf_counter() - began, as_json=as_json)
    return DIFFERENT if done.flaws else DONE


def export(*, run: str, out: Path | None, data: Path | None = None, as_json: bool) -> int:
    return _guarded(as_json, lambda: export_at(_here(data), run, out, as_json=as_json))


def export_at(here: Place, run: str, out: Path | None, *, as_json: bool) -> int:
    records = asyncio.run(_read(here, run))
    run_id = Subjects(here.prefix).parse(records[0].subject).id
    if hole := exports.missing(records):
        raise BadFile(f"The log has a hole: {hole}")
    text, file = exports.write(here.prefix, run_id, records), out or Path(f"{run_id}.jsonl")
    if str(file) == "-":
        sys.stdout.write(text)
        return DONE
    if file.exists():
        raise BadFile(f"{file} is there already. Choose another name with -o.")
    file.write_text(text)
    said = {"run": run_id, "file": str(file), "messages": len(records), "bytes": len(text.encode())}
    sentence = f"{len(records)} messages of run {run_id} are in {file}. Media are not: only their digests."
    sys.stdout.write((json.dumps(said) if as_json else sentence) + "\n")
    return DONE


def bring_in(*, file: Path, project: str, data: Path | None = None, as_json: bool) -> int:
    return _guarded(as_json, lambda: bring_in_at(_here(data), file, project, as_json=as_json))


def bring_in_at(here: Place, file: Path, project: str, *, as_json: bool) -> int:
    if not re.fullmatch(ID_PATTERN, project):
        raise BadFile(f"{project!r} is no id of a project.")
    exported = exports.read(file)
    brought = asyncio.run(_bring(here, exported, Owner(ProjectId(project), THE_USER)))
    said = {"run": brought.run, "project": project, "messages": brought.messages, "written": brought.written}
    before = brought.messages - brought.written
    sentence = f"{brought.messages} messages of run {brought.run} are in project {project}, to be looked at."
    sentence += f" {before} of them were there from an import that was broken off." if before else ""
    sys.stdout.write((json.dumps(said) if as_json else sentence) + "\n")
    return DONE


async def _bring(here: Place, exported: exports.Exported, owner: Owner) -> Brought:
    nc = await connect(here.nats_url, "import", here.login)
    try:
        subjects = Subjects(here.prefix)
        await sealed.begin(nc, subjects, here.secret_keys, erasable=here.erasable)
        return await bring(JetStreamLog(nc, subjects.log), subjects, exported, owner)
    finally:
        await nc.close()


def _here(data: Path | None = None) -> Place:
    settings = beside(Settings, data or LOCAL_DATA)
    place = settings.nats_url, settings.prefix, books_of(settings.enabled, vertex=bool(settings.vertex_project))
    return Place(*place, settings.nats_login, settings.secret_keys, settings.erasable)


def books_of(enabled: tuple[str, ...], *, vertex: bool = False) -> Books:
    return cache(lambda day: catalogue.book(enabled, on=day, vertex=vertex))


def _told(here: Place, run: str) -> list[Told]:
    if Path(run).is_file():
        exported = exports.read(Path(run))
        tale = read(Subjects(exported.prefix), exported.records)
        if exported.run is None and len(tale.runs) != 1:
            raise BadFile(f"{run} holds {len(tale.runs)} runs. Export one.")
    else:
        tale = read(Subjects(here.prefix), asyncio.run(_read(here, run)))
    if tale.flaws:
        raise BadFile(f"This release cannot read all of it: {tale.flaws[0]}")
    if not tale.runs:
        raise BadFile(f"{run} holds no run.")
    return next(iter(tale.runs.values()))


async def _read(here: Place, run: str) -> list[Record]:
    """Everything of a run, or of all (no name).

    Raises:
        NotFound: there is no such run, or there are several.
    """
    nc = await connect(here.nats_url, "replay", here.login)
    try:
        subjects = Subjects(here.prefix)
        await sealed.begin(nc, subjects, here.secret_keys, erasable=here.erasable)
        log = JetStreamLog(nc, subjects.log)
        if not run:
            return await log.read()
        run_id = run if len(run) == _WHOLE_ID else await _named(log, subjects, run)
        records = await log.read(
            subjects.command("run", "*", run_id),
            subjects.events("run", "*", run_id),
            subjects.report(ProjectId("*"), RunId(run_id), "*"),
            subjects.imported("*", ProjectId("*"), RunId(run_id), "*"),
        )
        imported = [record for record in records if subjects.parse(record.subject).imported]
        records = imported or records  # what was asked of an imported one here was refused, and is no part of it
        if not records:
            raise NotFound(f"There is no run {run_id} in the log of {here.prefix}.")
        return records
    finally:
        await nc.close()


async def _named(log: JetStreamLog, subjects: Subjects, run: str) -> str:
    brought = subjects.imported("cmd", ProjectId("*"), RunId("*"), "_")
    runs = [subjects.parse(record.subject).id for record in await log.read(subjects.all_commands("run"), brought)]
    found = list(dict.fromkeys(runs[-1:] if run == "last" else (one for one in runs if one.startswith(run))))
    if not found:
        raise NotFound("There is no run yet." if run == "last" else f"There is no run or file {run!r}.")
    if len(found) > 1:
        raise NotFound(f"{run!r} is the beginning of {len(found)} runs: {', '.join(found[:3])}. Say more of it.")
    return found[0]


def _guarded(as_json: bool, work: Callable[[], int]) -> int:
    try:
        return work()
    except BadFile as error:
        return _failed(as_json, WRONGLY_ASKED, "Bad file", str(error))
    except OutOfRange as error:
        return _failed(as_json, WRONGLY_ASKED, "Out of range", str(error))
    except AlreadyThere as error:
        return _failed(as_json, REFUSED, "Already there", str(error))
    except NotFound as error:
        return _failed(as_json, REFUSED, "Not found", str(error))
    except (Unavailable, NotConfigured, ServerTooOld, OSError) as error:
        return _failed(as_json, NO_ANSWER, "Unreachable", str(error) or type(error).__name__)


def _failed(as_json: bool, code: int, title: str, sentence: str) -> int:
    document = json.dumps({"title": title, "detail": sentence}, ensure_ascii=False)
    sys.stderr.write(f"{document}\n" if as_json else f"error: {sentence}\n")
    return code


def _tell(done: Verified, seconds: float, *, as_json: bool) -> None:
    rate = done.events / seconds if seconds else 0.0
    if as_json:
        document: dict[str, Any] = {
            "equal": not done.flaws,
            "runs": done.runs,
            "graphs": done.graphs,
            "messages": done.messages,
            "decisions": done.decisions,
            "events": done.events,
            "seconds": round(seconds, 3),
            "events_per_s": round(rate),
            "differing": [{"subject": flaw.subject, "seq": flaw.seq, "detail": flaw.what} for flaw in done.flaws],
        }
        sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
        return
    lines = [f"  {flaw}" for flaw in done.flaws[:_MOST_FLAWS]]
    lines += [f"  … and {len(done.flaws) - _MOST_FLAWS} more"] if len(done.flaws) > _MOST_FLAWS else []
    verdict = f"{len(done.flaws)} differ or are not as they should be:" if done.flaws else "all as they were decided."
    head = (
        f"{done.runs:,} runs and {done.graphs:,} graphs, {done.decisions:,} decisions with {done.events:,} events "
        f"in {seconds:.1f} s ({rate:,.0f} events/s): {verdict}"
    )
    sys.stdout.write("\n".join([head, *lines]) + "\n")
