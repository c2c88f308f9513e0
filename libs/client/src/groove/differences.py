"""Two runs beside each other in the terminal: what is different first, what is the same briefly."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from groove import words
from groove.commands.naming import unique_length
from groove.table import STYLES, WIDE, Room

_MARKS = {"same": "=", "changed": "~", "added": "+", "removed": "-"}
_COLOURS = {"same": "dim", "changed": "yellow", "added": "green", "removed": "red"}
_LONGEST = 200
_ID = 36
_PROMPT, _OUTPUTS = "prompt_sent", "outputs"
Json = Mapping[str, Any]


def drawn(diff: Json, room: Room, base_url: str) -> RenderableType:
    """The two runs, what was drawn otherwise, a row per node, what became of those that differ, and the sum."""
    drawing = [*_redrawn(diff["graph"], room), *_changes(diff["variables"], room, "{{", "}}")]
    parts: list[RenderableType] = [_runs(diff, room)]
    if drawing:
        parts += ["", Text("Graph", style="bold"), *drawing]
    if diff["nodes"]:
        parts += ["", _nodes(diff["nodes"], room)]
    for node in diff["nodes"]:
        if node["change"] == "changed":
            parts += ["", *_details(node, base_url if room.width >= WIDE else "")]
    return Group(*parts, "", _sum(diff, room))


def _runs(diff: Json, room: Room) -> Table:
    table = _table("", "run", "state", "graph", "time", "cost", "")
    length = _ID if room.width >= WIDE else unique_length(diff["a"]["id"], [diff["b"]["id"]])
    for name in ("a", "b"):
        run, other = diff[name], diff["b" if name == "a" else "a"]
        version = f" v{run['graph_version']}" if run["graph_version"] else ""
        origin = "b" if name == "a" else "a"
        forked = run["forked_from"] and (origin if run["forked_from"] == other["id"] else run["forked_from"][:length])
        table.add_row(
            Text(name, style="bold"),
            Text(run["id"][:length]),
            _state(run["state"], room),
            Text(words.one_line(run["graph_name"]) + version),
            Text(_time(run["seconds"]), style="dim"),
            Text(words.cost(run["cost"]), style="dim"),
            Text(f"forked from {forked}" if forked else "", style="dim"),
        )
    return table


def _redrawn(graph: Json, room: Room) -> Iterator[Text]:
    for change in ("added", "removed"):
        for node in graph["nodes"][change]:
            yield _line(change, _called(node["id"], node["title"]), node["type"])
    for node in graph["nodes"]["changed"]:
        for one in node["changes"]:
            yield _line("changed", _called(node["id"], node["title"]), f"{_field(one['field'])}  {_turn(one, room)}")
    for change in ("added", "removed"):
        for edge in graph["edges"][change]:
            source, target = (f"{edge[f'{end}_node_id']}.{edge[f'{end}_port']}" for end in ("source", "target"))
            yield _line(change, f"{source} {_arrow(room)} {target}", "")
    for one in graph["edges"]["changed"]:
        orders = {name: ", ".join(one[name]) for name in ("a", "b")}
        yield _line("changed", f"{one['target_node_id']}.{one['target_port']}", f"order  {_turn(orders, room)}")


def _changes(changes: Iterable[Json], room: Room, before: str, behind: str) -> Iterator[Text]:
    for one in changes:
        yield _line("changed", f"{before}{one['field']}{behind}", _turn(one, room))


def _line(change: str, what: str, how: str) -> Text:
    text = Text(f"  {_MARKS[change]} ", style=_COLOURS[change])
    text.append(what, style="bold" if change == "changed" else "")
    return text.append(f"  {how}" if how else "", style="not bold" if change == "changed" else "dim")


def _nodes(nodes: Sequence[Json], room: Room) -> Table:
    columns = ["", "node", "differs in", "state", "outputs", "cost", "time"]
    columns += ["model"] if room.width >= WIDE else []
    table = _table(*columns)
    for node in nodes:
        change = node["change"]
        cells = {
            "": Text(f" {_MARKS[change]}", style=_COLOURS[change]),
            "node": Text(_called(node["node_id"], node["title"]), style="" if change != "same" else "dim"),
            "differs in": Text(_why(node), style=_COLOURS[change]),
            "state": _states(node["state"], room),
            "outputs": _made(node),
            "cost": _two(node, "cost", words.cost, room),
            "time": _two(node, "seconds", words.duration, room),
            "model": _two(node, "model", str, room),
        }
        table.add_row(*(cells[column] for column in columns))
    return table


def _why(node: Json) -> str:
    if node["change"] != "changed":
        return str(node["change"])
    return ", ".join(_field(name) for name in node["different"])


def _made(node: Json) -> Text:
    ports = node[_OUTPUTS].values()
    if not ports or node["change"] in {"added", "removed"}:
        return Text("")
    return Text("same", style="dim") if all(port["same"] for port in ports) else Text("different", style="yellow")


def _details(node: Json, base_url: str) -> Iterator[RenderableType]:
    yield Text(_called(node["node_id"], node["title"]), style="bold")
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    pairs = [(_field(one["field"]), one) for one in node["changes"]]
    if _PROMPT in node["different"]:
        pairs.append((_field(_PROMPT), node[_PROMPT]))
    for label, pair in pairs:
        table.add_row(f"  {label}", "a", _short(pair["a"]))
        table.add_row("", "b", _short(pair["b"]))
    for port, pair in node[_OUTPUTS].items():
        if not pair["same"]:
            table.add_row(f"  {port}", "a", _values(pair["a"], base_url))
            table.add_row("", "b", _values(pair["b"], base_url))
    yield table


def _values(values: Sequence[Json], base_url: str) -> Text:
    if not values:
        return Text("nothing", style="dim")
    shown = (words.value(one) + (f"  {base_url}{one['url']}" if one.get("url") else "") for one in values)
    return Text("\n".join(_cut(line) if "://" not in line else line for line in shown))


def _sum(diff: Json, room: Room) -> Text:
    totals = diff["totals"]
    if diff["identical"]:
        text = Text(f"{room.symbol('completed')} the same in all that was drawn, asked and made", style="green")
    else:
        counts = [f"{number} {change}" for change, number in totals["nodes"].items() if number]
        text = Text(f"{'≠' if room.unicode else '!='} nodes: {', '.join(counts)}", style="yellow")
    facts = [f"cost {_gap(totals['cost'], words.cost)}"]
    if totals["seconds"]["difference"] is not None:
        facts.append(f"time {_gap(totals['seconds'], words.duration)}")
    dot = " · " if room.unicode else ", "
    return text.append("".join(f"{dot}{fact}" for fact in facts), style="dim")


def _gap(pair: Json, say: Callable[[Any], str]) -> str:
    if not pair["difference"]:
        return f"the same ({say(pair['a'])})"
    return f"{say(abs(pair['difference']))} {'more' if pair['difference'] > 0 else 'less'}"


def _two(node: Json, name: str, say: Callable[[Any], str], room: Room) -> Text:
    a, b = ("-" if node[name][run] is None else say(node[name][run]) for run in ("a", "b"))
    if node["change"] in {"added", "removed"} or a == b:
        return Text(next((one for one in (a, b) if one != "-"), ""), style="dim")
    return Text.assemble((a, "dim"), f" {_arrow(room)} ", b)


def _states(pair: Json, room: Room) -> Text:
    states = [state for state in dict.fromkeys((pair["a"], pair["b"])) if state]
    return Text(f" {_arrow(room)} ").join(_state(state, room) for state in states)


def _state(state: str, room: Room) -> Text:
    return Text(f"{room.symbol(state)} {state.replace('_', ' ')}", style=STYLES.get(state, ""))


def _turn(pair: Json, room: Room) -> str:
    return f"{_short(pair['a'])} {_arrow(room)} {_short(pair['b'])}"


def _short(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return _cut(words.one_line(str(value)))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _field(name: str) -> str:
    return "prompt as sent" if name == _PROMPT else name.removeprefix("params.").replace("_", " ")


def _called(node_id: str, title: str | None) -> str:
    return f"{words.one_line(title)} ({node_id})" if title and title != node_id else node_id


def _time(seconds: float | None) -> str:
    return "" if seconds is None else words.duration(seconds)


def _arrow(room: Room) -> str:
    return "→" if room.unicode else "->"


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, no_wrap=column in {"", "run", "node", "state", "cost", "time"}, overflow="ellipsis")
    return table
