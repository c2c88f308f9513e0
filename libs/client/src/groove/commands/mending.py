"""What nobody could handle, and what nobody can know: `groove dlq` and `groove doubt`."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from groove import words
from groove.client import Client
from groove.clock import moment_s, now_s
from groove.commands.session import NOT_COMPLETED, OK, Session, WronglyAsked
from groove.problem import Problem
from groove.shapes import Page

Json = Mapping[str, Any]


def doubts(session: Session, limit: int) -> None:
    async def work(client: Client) -> int:
        page = await client.doubts(limit=limit)
        if session.as_json:
            session.print_json(page)
        elif not page["items"]:
            session.say("Nothing is in doubt.")
        else:
            for doubt in page["items"]:
                _tell_doubt(session, doubt)
            _more(session, page)
        return OK

    session.perform(work)


def _tell_doubt(session: Session, doubt: Json) -> None:
    run, node = doubt["execution_id"], doubt["node_id"]
    head = Text.assemble((node, "bold"), f"  in {run}", (f"  {doubt['graph_name']}", "dim"))
    session.console.print(head, soft_wrap=True)
    asked = " ".join(part for part in (doubt.get("provider"), doubt.get("model")) if part) or doubt["type"]
    session.say(f"  asked     {asked}, attempt {doubt['attempt']}, {_ago(doubt['since'])}")
    session.say(f"  request   {doubt['request_key']}")
    session.say(f"  estimate  {words.cost(doubt['estimate'])}")
    if doubt.get("error"):
        session.say(f"  happened  {words.one_line(doubt['error']['message'])}")
    session.hint(f"  groove doubt settle {run} {node} resubmit | fail | adopt HANDLE")


def parked(session: Session, limit: int) -> None:
    async def work(client: Client) -> int:
        page = await client.parked.list(limit=limit)
        if session.as_json:
            session.print_json(page)
        elif not page["items"]:
            session.say("Nothing is parked.")
        else:
            session.console.print(_parked_table(page["items"]))
            session.hint("One in full: groove dlq show ID   send it again: groove dlq redrive ID")
            _more(session, page)
        return OK

    session.perform(work)


def show(session: Session, parked_id: str) -> None:
    async def work(client: Client) -> int:
        whole = await client.parked.get(parked_id)
        if session.as_json:
            session.print_json(whole)
            return OK
        session.console.print(Text.assemble((str(whole["id"]), "bold"), f"  {whole['kind']}  {whole['reason']}"))
        deliveries = f", delivered {whole['deliveries']} times" if whole["deliveries"] else ""
        session.say(f"  parked   {_ago(whole['at'])}{deliveries}")
        session.say(f"  subject  {whole['subject']}")
        session.say(f"  from     message {whole['sequence']} of {whole['stream']}, {words.size(whole['bytes'])}")
        body = whole["text"] if whole["body"] is None else json.dumps(whole["body"], indent=2, ensure_ascii=False)
        session.console.print(Text(body), soft_wrap=True)
        return OK

    session.perform(work)


def redrive(session: Session, parked_id: str | None, *, everything: bool) -> None:
    async def work(client: Client) -> int:
        if (parked_id is None) != everything:
            raise WronglyAsked("Give the ID of one, or --all.")
        if parked_id is not None:
            done = await client.parked.redrive(parked_id)
            if session.as_json:
                session.print_json(done)
            else:
                session.say(_redriven(done))
            return OK
        # all that are there now: what comes back is not sent round and round
        found = [one["id"] async for one in client.parked.all()]
        results = [await _try(session, client, one) for one in found]
        if session.as_json:
            session.print_json({"items": results})
        elif not found:
            session.say("Nothing is parked.")
        return NOT_COMPLETED if any("type" in result for result in results) else OK

    session.perform(work)


async def _try(session: Session, client: Client, parked_id: str) -> Json:
    try:
        done = await client.parked.redrive(parked_id)
    except Problem as problem:
        session.say(f"{parked_id}: left where it is. {problem.detail}")
        return {"id": parked_id, **problem.as_json()}
    session.say(_redriven(done))
    return done


def _redriven(done: Json) -> str:
    if done["how"] == "appended":
        return f"{done['id']}: sent again, as message {done['sequence']} of the log."
    return f"{done['id']}: the orchestrator was told to look at it again."


def _parked_table(items: Sequence[Json]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("id", "parked", "what", "of", "why"):
        table.add_column(name, overflow="fold")
    for one in items:
        of = "/".join(part for part in (one["aggregate_id"], one["node_id"]) if part) or one["subject"]
        table.add_row(one["id"], _ago(one["at"]), one["kind"], Text(of), Text(one["reason"]))
    return table


def _more(session: Session, page: Page[Json]) -> None:
    if page["next_cursor"] is not None:
        session.hint("There are more: --limit shows up to 100.")


def _ago(moment: str | None) -> str:
    at = moment_s(moment)
    return "" if at is None else f"{words.duration(max(0.0, now_s() - at))} ago"
