"""Lists, histories and explanations; and uploads."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from groove import words
from groove.client import Client
from groove.clock import moment_s, now_s
from groove.commands.attempts import tell_attempt
from groove.commands.naming import find_run, unique_length
from groove.commands.session import OK, Session, WronglyAsked
from groove.live import event_line, saved_names
from groove.shapes import FINISHED, Execution
from groove.table import MIDDLE, STYLES, Room
from groove.view import begin

_RUN_COLUMNS, _FEW_RUN_COLUMNS = 58, 28
"""Width of the columns beside a run's id and graph, all of them or the few that a narrow terminal gets."""
_WITH_WHOLE_IDS = 110
"""Columns of the terminal from which a whole id fits."""
_SHOWN_LIMIT = 1_000_000
"""A greater maximum is none that a person meets."""
STATES = ("pending", "running", "completed", "failed", "cancelled")


def runs(session: Session, state: str | None, limit: int) -> None:
    async def work(client: Client) -> int:
        if state is not None and state not in STATES:
            raise WronglyAsked(f"--state {state}: a run is {', '.join(STATES)}.")
        page = await client.list(state=state, limit=limit)
        if session.as_json:
            session.print_json(page)
        elif not page["items"]:
            session.say("No runs. Start one: groove run examples/main.json")
        else:
            session.console.print(_runs_table(session, page["items"]))
        return OK

    session.perform(work)


def graphs(session: Session, limit: int) -> None:
    async def work(client: Client) -> int:
        page = await client.graphs.list(limit=limit)
        if session.as_json:
            session.print_json(page)
        elif not page["items"]:
            session.say("No graphs are saved yet.")
        else:
            table = listing("id", "name", "nodes", "version", "changed")
            for graph in page["items"]:
                changed, size = ago(graph["updated_at"]), str(len(graph["nodes"])) if "nodes" in graph else ""
                table.add_row(Text(graph["id"]), Text(graph["name"]), size, str(graph["version"]), changed)
            session.console.print(table)
        return OK

    session.perform(work)


def events(session: Session, run_id: str) -> None:
    async def work(client: Client) -> int:
        execution = await client.get(await find_run(client, run_id))
        history = await client.events(execution["id"])
        if session.as_json:
            for event in history:
                session.print_line(event.as_json())
            return OK
        view = begin(execution, await saved_names(client, execution))
        for event in history:
            view.take(event)
            line = event_line(view, event, Room.of(session.console))
            session.console.print(Text(f"{event.id:>12}  ", style="dim").append_text(line), soft_wrap=True)
        return OK

    session.perform(work)


def explain(session: Session, run_id: str, node_id: str) -> None:
    async def work(client: Client) -> int:
        said = await client.explain(await find_run(client, run_id), node_id)
        if session.as_json:
            session.print_json(said)
            return OK
        room = Room.of(session.console)
        state = Text(f"{room.symbol(said['state'])} {said['state']}", style=STYLES.get(said["state"], ""))
        session.console.print(Text.assemble((said["node_id"], "bold"), "  ", state))
        session.say(str(said["reason"]))
        origin = said.get("cached_from")
        if origin:
            session.say(f"  made by  {origin['node_id']} in {origin['execution_id']}")
        if said.get("differences"):
            session.say(f"  changed  {', '.join(said['differences'])}")
        if said.get("provider"):
            session.say(f"  asks     {said['provider']} {said.get('model') or ''}")
        if said.get("recipe"):
            session.say(f"  recipe   {said['recipe']}")
        for attempt in said.get("attempts") or ():
            tell_attempt(session, attempt)
        if said["state"] == "in_doubt":
            session.hint(f"Settle it: groove doubt settle {said['execution_id']} {said['node_id']} resubmit | fail | …")
        return OK

    session.perform(work)


def node_types(session: Session, name: str | None) -> None:
    async def work(client: Client) -> int:
        known = {kind["name"]: kind for kind in await client.node_types()}
        if name is not None and name not in known:
            raise WronglyAsked(f"There is no node type {name!r}. There are: {', '.join(known)}.")
        if session.as_json:
            session.print_json(known[name] if name else {"items": list(known.values())})
        elif name:
            _explain(session, known[name])
        else:
            session.console.print(_types_table(list(known.values())))
        return OK

    session.perform(work)


def upload(session: Session, file: Path) -> None:
    there = file.is_file()

    async def work(client: Client) -> int:
        if not there:
            raise WronglyAsked(f"There is no file {file}.")
        asset = await client.upload(file)
        if session.as_json:
            session.print_json(asset)
        else:
            session.say(str(asset["id"]))
            session.hint(f'Use it in a node: {{"type": "asset", "params": {{"asset_id": "{asset["id"]}"}}}}')
        return OK

    session.perform(work)


def _runs_table(session: Session, found: Sequence[Execution]) -> Table:
    room, ids = Room.of(session.console), [run["id"] for run in found]
    columns = ["run", "state", "graph", "took"]
    columns += ["nodes", "cost", "started"] if room.width >= MIDDLE else []
    table = listing(*columns)
    for run in found:
        length = unique_length(run["id"], ids)
        shown = Text(run["id"][:length], style="bold")
        shown.append(run["id"][length:] if room.width >= _WITH_WHOLE_IDS else "", style="not bold dim")
        start, end = moment_s(run["created_at"]), moment_s(run.get("completed_at"))
        took = "" if start is None else words.duration(max(0.0, (end or now_s()) - start))
        beside = _RUN_COLUMNS if room.width >= MIDDLE else _FEW_RUN_COLUMNS
        cells: dict[str, Text | str] = {
            "run": shown,
            "state": Text(f"{room.symbol(run['state'])} {run['state']}", style=STYLES.get(run["state"], "")),
            "graph": _cut(run.get("graph_name") or "", room.width - beside - len(shown)),
            "took": took if end or run["state"] not in FINISHED else "",
            "nodes": str(len(run["nodes"])),
            "cost": words.cost(run["cost"]),
            "started": ago(run["created_at"]),
        }
        table.add_row(*(cells[column] for column in columns))
    return table


def _cut(text: str, room: int) -> Text:
    cut = Text(words.one_line(text))
    cut.truncate(max(8, room), overflow="ellipsis")
    return cut


def _types_table(kinds: Sequence[Mapping[str, Any]]) -> Table:
    table = listing("type", "inputs", "outputs", "what it does")
    for kind in kinds:
        available = kind.get("available", True)
        help_ = str(kind.get("help") or kind.get("title") or "")
        table.add_row(
            Text(kind["name"], style="bold" if available else "dim"),
            Text(", ".join(_port(port) for port in kind.get("inputs") or ()), style="" if available else "dim"),
            Text(", ".join(port["name"] for port in kind.get("outputs") or ()), style="" if available else "dim"),
            Text(help_ if available else f"(later) {help_}", style="" if available else "dim"),
        )
    return table


def _explain(session: Session, kind: Mapping[str, Any]) -> None:
    console = session.console
    console.print(Text.assemble((kind["name"], "bold"), f"  {kind.get('help') or ''}"))
    for heading, ports in (("in", kind.get("inputs")), ("out", kind.get("outputs"))):
        if ports:
            console.print(Text(f"  {heading:<5}" + ", ".join(_port(port) for port in ports)))
    schema = kind.get("params") or {}
    table = listing("parameter", "kind", "default", "")
    for name, param in (schema.get("properties") or {}).items():
        needed = name in (schema.get("required") or ())
        default = "required" if needed else str(param.get("default", ""))
        table.add_row(Text(name, style="bold"), Text(_kind(param)), Text(default), Text(param.get("description", "")))
    if table.row_count:
        console.print(table)
    models = [model for model in kind["models"] if model["status"] != "retired"]
    for heading, enabled in (("models", True), ("with a key", False)):
        names = [f"{model['id']} ({model['provider']})" for model in models if model["enabled"] is enabled]
        if names:
            console.print(Text(f"  {heading}: {', '.join(names)}", style="" if enabled else "dim"))


def _kind(param: Mapping[str, Any]) -> str:
    if "enum" in param:
        return " | ".join(str(choice) for choice in param["enum"])
    low, high = param.get("minimum"), param.get("maximum")
    if low is None or high is None:
        return str(param.get("type"))
    return f"{param['type']} {low} to {high}" if high <= _SHOWN_LIMIT else f"{param['type']} from {low}"


def _port(port: Mapping[str, Any]) -> str:
    mark = "*" if port.get("many") else "?" if port.get("optional") else ""
    kind = "" if port["name"] == port["type"] else f" {port['type']}"
    return f"{port['name']}{mark}{kind}"


def listing(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for column in columns:
        wraps = column in {"what it does", "", "kind", "inputs"}
        table.add_column(column, no_wrap=not wraps, overflow="ellipsis")
    return table


def ago(said: str) -> str:
    at = moment_s(said)
    return "" if at is None else f"{words.duration(max(0.0, now_s() - at))} ago"
