"""Starting runs, watching them, stopping them, and fetching what they made."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groove import words
from groove.bringing import brought
from groove.client import Client
from groove.commands.naming import find_run
from groove.commands.session import NOT_COMPLETED, OK, Session, WronglyAsked
from groove.live import follow
from groove.saving import save
from groove.shapes import MICRO, Estimate, Execution, Priority, Settlement
from groove.view import Name, names_of


@dataclass(frozen=True)
class Wanted:
    """What to run, and how."""

    file: str
    variables: tuple[str, ...]
    outputs: tuple[str, ...]
    budget: float | None
    """Credits."""
    priority: Priority = "normal"

    def read(self) -> str | dict[str, Any]:
        """A workflow, or the id of a saved graph."""
        path = Path(self.file)
        if self.file != "-" and not path.exists() and not path.suffix and "/" not in self.file:
            return self.file
        text = sys.stdin.read() if self.file == "-" else text_of(path)
        return _workflow(text, self.file)

    @property
    def folder(self) -> Path | None:
        """Where files lie that the workflow names."""
        return None if self.file == "-" else Path(self.file).resolve().parent

    def filled_in(self) -> dict[str, str]:
        return variables(self.variables)


def variables(given: Sequence[str]) -> dict[str, str]:
    """Of `--var` options."""
    pairs = [(one, *one.partition("=")) for one in given]
    for one, name, equals, _ in pairs:
        if not (equals and name):
            raise WronglyAsked(f"--var {one}: give a name and a value, as in --var season=winter.")
    return {name: value for _, name, _, value in pairs}


def micro_credits(budget: float | None) -> int | None:
    """Of credits."""
    return None if budget is None else round(budget * MICRO)


def run(session: Session, wanted: Wanted, out: Path | None, *, detach: bool) -> None:
    async def work(client: Client) -> int:
        what, filled_in, budget = wanted.read(), wanted.filled_in(), micro_credits(wanted.budget)
        what = await brought(client, what, wanted.folder)
        started = await client.run(
            what, outputs=wanted.outputs, variables=filled_in, budget=budget, priority=wanted.priority
        )
        return await watched(session, client, started, out, detach=detach, workflow=what)

    session.perform(work)


async def watched(
    session: Session,
    client: Client,
    started: Execution,
    out: Path | None,
    *,
    detach: bool,
    workflow: str | dict[str, Any] = "",
) -> int:
    """See a run through that was just started, and give the exit code."""
    if detach:
        return _told(session, started)
    names = None if isinstance(workflow, str) else names_of(workflow)
    title = "" if isinstance(workflow, str) else str(workflow.get("name") or "")
    done = await _follow(session, client, started["id"], names, title)
    if out is not None:
        await _save(session, client, done, out)
    elif not session.as_json:
        _show_results(session, client, done)
    if session.as_json:
        session.print_json(done)
    return _code(done)


def estimate(session: Session, wanted: Wanted) -> None:
    async def work(client: Client) -> int:
        what = await brought(client, wanted.read(), wanted.folder)
        said = await client.estimate(what, outputs=wanted.outputs, variables=wanted.filled_in())
        if session.as_json:
            session.print_json(said)
        else:
            session.say(_estimate_in_words(said))
        return OK

    session.perform(work)


def watch(session: Session, run_id: str) -> None:
    async def work(client: Client) -> int:
        found = await find_run(client, run_id)
        if not session.as_json:
            return _code(await _follow(session, client, found))
        async for event in client.stream(found):
            session.print_line(event.as_json())
        return _code(await client.get(found))

    session.perform(work)


def resume(session: Session, run_id: str) -> None:
    async def work(client: Client) -> int:
        found = await find_run(client, run_id)
        await client.resume(found)
        done = await _follow(session, client, found)
        if session.as_json:
            session.print_json(done)
        return _code(done)

    session.perform(work)


def cancel(session: Session, run_id: str) -> None:
    async def work(client: Client) -> int:
        found = await find_run(client, run_id)
        execution = await client.cancel(found)
        if session.as_json:
            session.print_json(execution)
        elif execution["state"] == "cancelled":
            session.say(f"Cancelled. What was finished stays; groove resume {found} goes on.")
        else:
            session.say(f"The run had already {_ended(execution)}.")
        return OK

    session.perform(work)


def settle(session: Session, run_id: str, node_id: str, action: Settlement, handle: str | None) -> None:
    async def work(client: Client) -> int:
        if (action == "adopt") != (handle is not None):
            raise WronglyAsked("adopt, and only adopt, needs a HANDLE: the provider's own id of the job.")
        found = await find_run(client, run_id)
        execution = await client.settle(found, node_id, action, handle)
        if session.as_json:
            session.print_json(execution)
        else:
            session.say(f"{node_id} is settled.")
            session.hint(f"Go on: groove resume {found}")
        return OK

    session.perform(work)


def download(session: Session, run_id: str, out: Path) -> None:
    async def work(client: Client) -> int:
        execution = await client.get(await find_run(client, run_id))
        saved = await _save(session, client, execution, out)
        if session.as_json:
            session.print_json({"files": [str(path) for path in saved]})
        return OK

    session.perform(work)


async def _follow(
    session: Session, client: Client, run_id: str, names: Mapping[str, Name] | None = None, title: str = ""
) -> Execution:
    if session.as_json:
        return await client.wait(run_id)
    try:
        done = await follow(client, run_id, session.console, names=names, title=title)
    except asyncio.CancelledError:
        session.hint(f"The run goes on. Watch it again: groove watch {run_id}   stop it: groove cancel {run_id}")
        raise
    if done["state"] != "completed":
        session.hint(f"Run what is missing: groove resume {run_id}")
    return done


def _show_results(session: Session, client: Client, done: Execution) -> None:
    """Texts in full, and where the pictures are."""
    values = [
        value
        for node_id in done.get("outputs") or ()
        for several in done["nodes"][node_id]["outputs"].values()
        for value in several
    ]
    for value in values:
        address = f"{client.base_url}{value['url']}" if value.get("url") else words.value(value)
        session.say(f"  {words.one_line(value['text']) if value['type'] == 'text' else address}")
    if values:
        session.hint(f"Save them: groove download {done['id']} --out results")


async def _save(session: Session, client: Client, execution: Execution, out: Path) -> tuple[Path, ...]:
    saved = await save(client, execution, out)
    for path in saved.paths:
        session.say(f"  {path}")
    return saved.paths


def _told(session: Session, started: Execution) -> int:
    if session.as_json:
        session.print_json(started)
    else:
        session.say(started["id"])
        session.hint(f"Watch it: groove watch {started['id']}")
    return OK


def _code(execution: Execution) -> int:
    return OK if execution["state"] == "completed" else NOT_COMPLETED


def _ended(execution: Execution) -> str:
    return {"completed": "completed", "failed": "failed"}.get(execution["state"], execution["state"])


def _estimate_in_words(said: Estimate) -> str:
    charged = {node_id: node for node_id, node in said["nodes"].items() if node["high"]}
    if not charged:
        return "Free."
    lines = [f"About {words.cost(said['expected'])}, at most {words.cost(said['high'])}."]
    for node_id, node in charged.items():
        lines.append(f"  {node_id:<24} {words.cost(node['expected']):>12}   {node['basis']}")
    return "\n".join(lines)


def text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError as error:
        raise WronglyAsked(f"There is no file {path}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise WronglyAsked(f"{path} cannot be read: {error}.") from error


def _workflow(text: str, name: str) -> dict[str, Any]:
    try:
        workflow = json.loads(text)
    except ValueError as error:
        raise WronglyAsked(f"{name} is not JSON: {error}.") from error
    if not isinstance(workflow, dict) or not isinstance(workflow.get("nodes"), list):
        raise WronglyAsked(f"{name} is not a workflow: it needs `name`, `nodes` and `edges`. See examples/README.md.")
    if not all(isinstance(node, dict) and {"id", "type"} <= node.keys() for node in workflow["nodes"]):
        raise WronglyAsked(f"{name}: every node needs an `id` and a `type`.")
    return workflow
