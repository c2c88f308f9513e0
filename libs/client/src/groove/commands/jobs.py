"""One task without a graph, and the requests that were made for it: `groove job`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from groove import words
from groove.client import Client
from groove.commands.looking import ago, listing
from groove.commands.session import NOT_COMPLETED, OK, Session, WronglyAsked

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """As it was typed."""

    operation: str
    provider: str
    params: Sequence[str] = ()
    inputs: Sequence[str] = ()


def run(session: Session, wanted: Wanted, *, detach: bool) -> None:
    async def work(client: Client) -> int:
        params, inputs = _params(wanted.params), _inputs(wanted.inputs)
        job = await client.jobs.create(wanted.operation, wanted.provider, params=params, inputs=inputs)
        if not detach:
            await client.wait(job["execution_id"])
            job = await client.jobs.get(job["id"])
        _tell(session, job)
        return OK if detach or job["status"] == "completed" else NOT_COMPLETED

    session.perform(work)


def jobs(session: Session, status: str | None, limit: int) -> None:
    async def work(client: Client) -> int:
        page = await client.jobs.list(status=status, limit=limit)
        if session.as_json:
            session.print_json(page)
        elif not page["items"]:
            session.say("There are no such jobs.")
        else:
            table = listing("id", "operation", "provider", "status", "tries", "asked")
            for one in page["items"]:
                said = (one["id"], one["operation_type"], one["provider_id"] or "", one["status"], str(one["attempts"]))
                table.add_row(*map(Text, said), ago(one["created_at"]))
            session.console.print(table)
        return OK

    session.perform(work)


def show(session: Session, job_id: str) -> None:
    async def work(client: Client) -> int:
        _tell(session, await client.jobs.get(job_id))
        return OK

    session.perform(work)


def cancel(session: Session, job_id: str) -> None:
    async def work(client: Client) -> int:
        _tell(session, await client.jobs.cancel(job_id))
        return OK

    session.perform(work)


def _tell(session: Session, job: Json) -> None:
    if session.as_json:
        session.print_json(job)
        return
    session.console.print(Text.assemble((job["id"], "bold"), f"  {job['operation_type']}  {job['status']}"))
    session.say(f"  run      {job['execution_id']}, node {job['node_id']}")
    if job["error"]:
        session.say(f"  error    {job['error']['kind']}: {words.one_line(job['error']['message'])}")
    for made in (one for values in job["outputs"].values() for one in values):
        session.say(f"  made     {made.get('url') or words.one_line(made.get('text') or '')}")
    for one in job["submissions"]:
        took = f" after {words.duration(one['duration_ms'] / 1000)}" if one["duration_ms"] is not None else ""
        session.say(f"  request {one['retry_attempt'] + 1}, {ago(one['submitted_at'])}: {one['status']}{took}")
        for name in ("payload", "response"):
            if one[name]:
                session.say(f"    {name:<9}{json.dumps(one[name], ensure_ascii=False)}")


def _params(said: Sequence[str]) -> dict[str, Any]:
    """`seed=7` is a number; what is no JSON is text."""
    params: dict[str, Any] = {}
    for one in said:
        name, mark, value = one.partition("=")
        if not mark:
            raise WronglyAsked(f"--param {one}: say NAME=VALUE.")
        try:
            params[name] = json.loads(value)
        except ValueError:
            params[name] = value
    return params


def _inputs(said: Sequence[str]) -> dict[str, list[dict[str, str]]]:
    """`image=ID` is an asset, `character=ID` a character; a text is `prompt=@words`."""
    inputs: dict[str, list[dict[str, str]]] = {}
    for one in said:
        port, mark, value = one.partition("=")
        if not mark or not value:
            raise WronglyAsked(f"--input {one}: say PORT=ASSET_ID, or PORT=@TEXT.")
        named = "character_id" if port == "character" else "asset_id"
        given = {"text": value[1:]} if value.startswith("@") else {named: value}
        inputs.setdefault(port, []).append(given)
    return inputs
