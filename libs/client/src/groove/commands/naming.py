"""Ids as people give them: whole, their beginning, or `last`."""

from collections.abc import Iterable, Sequence

from groove.client import Client
from groove.commands.session import WronglyAsked
from groove.problem import Problem

SHORTEST = 8
_WHOLE = 36
_PAGES = 5
_PAGE = 100


async def find_run(client: Client, given: str) -> str:
    """The one run that is meant, among the newest few hundred unless the id is whole."""
    if given == "last":
        newest = await client.list(limit=1)
        if not newest["items"]:
            raise WronglyAsked("There is no run yet. Start one: groove run examples/main.json")
        return newest["items"][0]["id"]
    if len(given) >= _WHOLE or await _exists(client, given):
        return given
    return _the_one(given, await _newest(client))


def unique_length(wanted: str, ids: Iterable[str]) -> int:
    """Characters of an id that tell it from the others; at least eight."""
    length = SHORTEST
    for other in ids:
        while other != wanted and length < len(wanted) and other.startswith(wanted[:length]):
            length += 1
    return length


async def _exists(client: Client, run_id: str) -> bool:
    try:
        await client.get(run_id)
    except Problem as problem:
        if problem.status in {404, 422}:
            return False
        raise
    return True


async def _newest(client: Client) -> list[str]:
    ids: list[str] = []
    cursor: str | None = None
    for _ in range(_PAGES):
        page = await client.list(limit=_PAGE, cursor=cursor)
        ids += [run["id"] for run in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    return ids


def _the_one(given: str, ids: Sequence[str]) -> str:
    found = [run_id for run_id in ids if run_id.startswith(given)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise WronglyAsked(f"No run begins with {given!r}. `groove runs` lists them.")
    some = "\n".join(f"  {run_id}" for run_id in found[:10])
    raise WronglyAsked(f"{len(found)} runs begin with {given!r}. Give more of the id:\n{some}")
