"""Characters, as they are made and looked for: `groove character`."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from groove import words
from groove.client import Client
from groove.commands.looking import ago, listing
from groove.commands.naming import find_run
from groove.commands.session import OK, Session, WronglyAsked
from groove.problem import Problem

Json = Mapping[str, Any]
_UNKNOWN = 404
_MOST = 100
_BASELINE = "The engine is the classical one, without weights: it does not tell people apart."


@dataclass(frozen=True)
class New:
    """As it was typed."""

    name: str
    pictures: Sequence[str] = ()
    description: str = ""
    tags: Sequence[str] = ()
    project: str | None = None
    made_by: str | None = None


def characters(session: Session, text: str | None, tag: str | None, project: str | None, limit: int) -> None:
    async def work(client: Client) -> int:
        page = await client.characters.list(text=text, tag=tag, project_id=project, limit=limit)
        if session.as_json:
            session.print_json(page)
        elif not page["items"]:
            session.say("There are no such characters.")
        else:
            table = listing("id", "name", "pictures", "best", "tags", "changed")
            for one in page["items"]:
                best = max((each["quality"] for each in one["references"]), default=0)
                said = (one["id"], one["name"], str(len(one["references"])), f"{best:.2f}", ", ".join(one["tags"]))
                table.add_row(*map(Text, said), ago(one["updated_at"]))
            session.console.print(table)
        return OK

    session.perform(work)


def show(session: Session, given: str) -> None:
    async def work(client: Client) -> int:
        _tell(session, await find(client, given))
        return OK

    session.perform(work)


def create(session: Session, new: New) -> None:
    async def work(client: Client) -> int:
        assets = [await _asset(client, one, new.project) for one in new.pictures]
        made_by = await _maker(client, new.made_by) if new.made_by else None
        made = await client.characters.create(
            new.name,
            assets,
            description=new.description,
            tags=new.tags,
            project_id=new.project,
            made_by=made_by,
        )
        _tell(session, made)
        return OK

    session.perform(work)


def add(session: Session, given: str, picture: str, face: int | None) -> None:
    async def work(client: Client) -> int:
        character = await find(client, given)
        asset = await _asset(client, picture, character["project_id"])
        _tell(session, await client.characters.add(character["id"], asset, face=face))
        return OK

    session.perform(work)


def remove(session: Session, given: str, asset: str) -> None:
    async def work(client: Client) -> int:
        character = await find(client, given)
        _tell(session, await client.characters.remove(character["id"], asset))
        return OK

    session.perform(work)


def delete(session: Session, given: str) -> None:
    async def work(client: Client) -> int:
        character = await find(client, given)
        await client.characters.delete(character["id"])
        if session.as_json:
            session.print_json({"id": character["id"], "deleted": True})
        session.say(f"{character['name']} is forgotten, with every embedding. The pictures stay.")
        return OK

    session.perform(work)


def search(session: Session, picture: str, project: str | None, limit: int) -> None:
    async def work(client: Client) -> int:
        asset = await _asset(client, picture, project)
        found = await client.characters.search(asset, project_id=project, limit=limit)
        if session.as_json:
            session.print_json(found)
            return OK
        for warning in found["warnings"]:
            session.say(warning)
        if found["items"]:
            table = listing("id", "name", "score", "same person", "most like")
            for one in found["items"]:
                same = "yes" if one["match"] else "no"
                who = one["character"]
                said = (who["id"], who["name"], f"{one['score']:.3f}", same, one["source_asset_id"])
                table.add_row(*map(Text, said))
            session.console.print(table)
            session.hint(f"By {found['engine']}: the same person from {found['threshold']:.2f} on.")
        elif not found["warnings"]:
            session.say("It shows nobody who is known here.")
        if found["baseline"]:
            session.hint(_BASELINE)
        return OK

    session.perform(work)


def merge(session: Session, given: str, other: str) -> None:
    async def work(client: Client) -> int:
        one, gone = await find(client, given), await find(client, other)
        _tell(session, await client.characters.merge(one["id"], gone["id"]))
        return OK

    session.perform(work)


async def find(client: Client, given: str) -> Json:
    """By its id, the beginning of it, or its name."""
    try:
        return await client.characters.get(given)
    except Problem as problem:
        if problem.status != _UNKNOWN:
            raise
        unknown = problem
    all_ = [one async for one in _newest(client)]
    named = [one for one in all_ if one["name"].casefold() == given.casefold()]
    found = named or [one for one in all_ if one["id"].startswith(given)]
    if len(found) > 1:
        some = "\n".join(f"  {one['id']}  {one['name']}" for one in found[:10])
        raise WronglyAsked(f"{len(found)} characters are meant by {given!r}. Give the whole id:\n{some}")
    if not found:
        raise unknown
    return found[0]


async def _newest(client: Client) -> AsyncIterator[Json]:
    cursor: str | None = None
    for _ in range(5):
        page = await client.characters.list(limit=_MOST, cursor=cursor)
        for one in page["items"]:
            yield one
        cursor = page["next_cursor"]
        if cursor is None:
            return


async def _asset(client: Client, given: str, project: str | None) -> str:
    """A file that is there is uploaded; anything else is the id of an asset."""
    file = Path(given)
    if await asyncio.to_thread(file.is_file):
        return str((await client.upload(file, project_id=project))["id"])
    if file.suffix or len(file.parts) > 1:
        raise WronglyAsked(f"There is no file {given}.")
    return given


async def _maker(client: Client, given: str) -> tuple[str, str]:
    run, mark, node = given.rpartition("/")
    if not mark:
        raise WronglyAsked(f"--from {given}: say RUN/NODE.")
    return await find_run(client, run), node


def _tell(session: Session, one: Json) -> None:
    if session.as_json:
        session.print_json(one)
        return
    session.console.print(Text.assemble((one["name"], "bold"), f"  {one['id']}"))
    if one["description"]:
        session.say(f"  {words.one_line(one['description'])}")
    if one["tags"]:
        session.say(f"  tags      {', '.join(one['tags'])}")
    for each in one["references"]:
        best = ", the best" if each["best"] else ""
        session.say(f"  picture   {each['asset_id']}  quality {each['quality']:.2f}{best}")
    if one["engine"]:
        session.say(f"  engine    {one['engine']}")
    for warning in one["warnings"]:
        session.say(f"  note      {warning}")
    if one["baseline"]:
        session.hint(_BASELINE)
    session.hint(f'Use it in a node: {{"type": "character", "params": {{"character_id": "{one["id"]}"}}}}')
