"""Runs made from earlier ones, and what is different between two."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groove.client import Client
from groove.commands.naming import find_run
from groove.commands.running import micro_credits, text_of, variables, watched
from groove.commands.session import OK, Session, WronglyAsked
from groove.differences import drawn
from groove.table import Room


@dataclass(frozen=True)
class Changed:
    """What is to be otherwise."""

    edits: tuple[str, ...] = ()
    """Each a file, `-`, or JSON."""
    sets: tuple[str, ...] = ()
    """Each NODE.PARAM=VALUE."""
    variables: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    budget: float | None = None
    """Credits."""

    def ops(self) -> list[dict[str, Any]]:
        return [op for one in self.edits for op in _ops(one)] + _settings(self.sets)


def fork(session: Session, run_id: str, changed: Changed, out: Path | None, *, detach: bool) -> None:
    async def work(client: Client) -> int:
        edits, filled_in = changed.ops(), variables(changed.variables)
        started = await client.fork(
            await find_run(client, run_id),
            edits,
            variables=filled_in,
            outputs=changed.outputs,
            budget=micro_credits(changed.budget),
        )
        return await watched(session, client, started, out, detach=detach)

    session.perform(work)


def diff(session: Session, a: str, b: str) -> None:
    async def work(client: Client) -> int:
        found = await client.diff(await find_run(client, a), await find_run(client, b))
        if session.as_json:
            session.print_json(found)
        else:
            session.console.print(drawn(found, Room.of(session.console), client.base_url), soft_wrap=False)
        return OK

    session.perform(work)


def _ops(given: str) -> list[dict[str, Any]]:
    """One op, a list of them, or an object that has them as `ops` or `edits`."""
    name = "--edit"
    if not given.lstrip().startswith(("{", "[")):
        name, given = given, sys.stdin.read() if given == "-" else text_of(Path(given))
    try:
        said = json.loads(given)
    except ValueError as error:
        raise WronglyAsked(f"{name} is not JSON: {error}.") from error
    if isinstance(said, dict):
        said = said.get("ops", said.get("edits", [said]))
    if not isinstance(said, list) or not all(isinstance(op, dict) and "op" in op for op in said):
        message = 'it needs a list of ops, such as {"op": "change_node", "node_id": "paint", "params": {"seed": 7}}.'
        raise WronglyAsked(f"{name}: {message}")
    return said


def _settings(sets: Sequence[str]) -> list[dict[str, Any]]:
    """An op for each node that is named."""
    by_node: dict[str, dict[str, Any]] = {}
    for one in sets:
        where, equals, value = one.partition("=")
        node, dot, param = where.partition(".")
        if not (equals and dot and node and param):
            raise WronglyAsked(f"--set {one}: give a node, a parameter and a value, as in --set paint.seed=7.")
        by_node.setdefault(node, {})[param] = _value(value)
    return [{"op": "change_node", "node_id": node, "params": params} for node, params in by_node.items()]


def _value(text: str) -> Any:
    """A number, true, false, null or anything in quotes is JSON; all else is the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text
