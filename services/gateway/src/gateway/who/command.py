"""`groove users`: people and their first keys, for the operator of an installation. Works beside running gateways."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic_core import to_json
from sqlalchemy.exc import DBAPIError

from gateway.database import away, migrate, open_database
from gateway.library.people import People, User
from gateway.library.projects import Projects
from gateway.rebuild.settings import Settings
from gateway.users import DEFAULT_PROJECT_NAME, Scope, default_project
from kit.clock import utc_now
from kit.ids import new_id
from kit.settings import LOCAL_DATA, beside

DONE, REFUSED, NO_ANSWER = 0, 3, 4
"""Exit codes, as `groove --help` tells them."""


class _No(Exception):
    """It cannot be done, and the message says why."""


@dataclass(frozen=True)
class Asked:
    """One of: add, list, key, disable, enable."""

    what: str
    name: str = ""
    """Of who is added; else the id of a user."""
    email: str | None = None
    admin: bool = False
    read_only: bool = False
    days: int | None = None
    """How long the key is good for."""


def main(*, asked: dict[str, Any], data: Path | None = None, as_json: bool) -> int:
    """Do it, tell it, and give the exit code."""
    settings, wanted = beside(Settings, data or LOCAL_DATA), Asked(**asked)
    try:
        told = asyncio.run(_work(settings.postgres_url.get_secret_value(), wanted))
    except _No as error:
        return _failed(REFUSED, "Refused", str(error), as_json=as_json)
    except (DBAPIError, OSError) as error:
        if not away(error):
            raise
        return _failed(NO_ANSWER, "Unreachable", "The database does not answer.", as_json=as_json)
    sys.stdout.write(to_json(told).decode() + "\n" if as_json else _in_words(wanted, told))
    return DONE


async def _work(url: str, asked: Asked) -> Any:
    engine = open_database(url)
    try:
        await migrate(engine)
        return await _DO[asked.what](People(engine, utc_now), Projects(engine, utc_now), asked)
    finally:
        await engine.dispose()


async def _add(people: People, projects: Projects, asked: Asked) -> Any:
    user = await people.add(new_id(), asked.name, asked.email, admin=asked.admin)
    await projects.create(user.id, default_project(user.id), DEFAULT_PROJECT_NAME, {}, {})
    return {**asdict(user), **await _made(people, user, asked)}


async def _key(people: People, _: Projects, asked: Asked) -> Any:
    return await _made(people, await _the(people, asked.name), asked)


async def _list(people: People, _: Projects, _asked: Asked) -> Any:
    return [asdict(user) for user in await people.everyone()]


async def _disable(people: People, _: Projects, asked: Asked) -> Any:
    await people.disable((await _the(people, asked.name)).id, disabled=True)
    return asdict(await _the(people, asked.name))


async def _enable(people: People, _: Projects, asked: Asked) -> Any:
    await people.disable((await _the(people, asked.name)).id, disabled=False)
    return asdict(await _the(people, asked.name))


_DO: dict[str, Callable[[People, Projects, Asked], Awaitable[Any]]] = {
    "add": _add,
    "key": _key,
    "list": _list,
    "disable": _disable,
    "enable": _enable,
}


async def _the(people: People, named: str) -> User:
    found = await people.user(named) or (await people.by_email(named) if "@" in named else None)
    if found is None:
        raise _No(f"There is no user {named!r}. `groove users list` shows who there is.")
    return found


async def _made(people: People, user: User, asked: Asked) -> dict[str, Any]:
    scopes: list[Scope] = ["read"] if asked.read_only else ["read", "write", *(["admin"] if user.admin else [])]  # type: ignore[list-item]  # each is one
    until = utc_now() + timedelta(days=asked.days) if asked.days else None
    key, secret = await people.make_key(user.id, "made by the operator", scopes, until)
    return {"key": secret, "key_id": key.id, "scopes": list(key.scopes), "expires_at": key.expires_at}


def _in_words(asked: Asked, told: Any) -> str:
    match asked.what:
        case "add" | "key":
            who = f"{told['name']}  {told['id']}\n" if asked.what == "add" else ""
            return f"{who}{told['key']}\nThis is the only time that the key is shown. Use it as GROOVE_API_KEY.\n"
        case "list":
            return "".join(_line(user) for user in told)
        case _:
            return _line(told)


def _line(user: dict[str, Any]) -> str:
    marks = [mark for mark in ("admin", "disabled") if user[mark]]
    return "  ".join([user["id"], user["name"], user["email"] or "", *marks]).rstrip() + "\n"


def _failed(code: int, title: str, detail: str, *, as_json: bool) -> int:
    sys.stderr.write((json.dumps({"title": title, "detail": detail}) if as_json else f"error: {detail}") + "\n")
    return code
