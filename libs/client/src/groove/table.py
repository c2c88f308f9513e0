"""A run as a table in the terminal: a row per node, as much of it as there is room for."""

from collections import Counter
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from groove import words
from groove.view import DONE, OVER, Row, RunView

STYLES = {
    "waiting": "dim",
    "queued": "cyan",
    "running": "bold blue",
    "retrying": "yellow",
    "completed": "green",
    "cached": "green",
    "inherited": "green",
    "in_doubt": "magenta",
    "failed": "bold red",
    "cancelled": "yellow",
    "skipped": "dim yellow",
    "pending": "dim",
}
_SYMBOLS = {
    "waiting": "·",
    "queued": "○",
    "running": "●",
    "retrying": "↻",
    "completed": "✓",
    "cached": "≡",
    "inherited": "≡",
    "in_doubt": "?",
    "failed": "✗",
    "cancelled": "■",
    "skipped": "\N{EN DASH}",
    "pending": "·",
}
_PLAIN_SYMBOLS = {
    "waiting": ".",
    "queued": "o",
    "running": ">",
    "retrying": "~",
    "completed": "+",
    "cached": "=",
    "inherited": "=",
    "in_doubt": "?",
    "failed": "x",
    "cancelled": "#",
    "skipped": "-",
    "pending": ".",
}
WIDE, MIDDLE, NARROW = 100, 76, 56
"""Columns of the terminal from which there is room for the type, the bar and the note, and the time."""
_FRAME_ROWS = 5
_MARGIN = 4
"""Columns left free at the right: a `^C` that the terminal echoes there must not begin a new line."""
_URGENT = {"failed": 0, "in_doubt": 0, "running": 1, "retrying": 1, "queued": 2}


@dataclass(frozen=True)
class Room:
    """What the terminal can show."""

    width: int
    height: int
    unicode: bool

    @classmethod
    def of(cls, console: Console) -> "Room":
        return cls(console.width, console.height, unicode=console.encoding.lower().startswith("utf"))

    def symbol(self, state: str) -> str:
        return (_SYMBOLS if self.unicode else _PLAIN_SYMBOLS).get(state, "?")


def shown_state(row: Row) -> str:
    return "retrying" if row.retrying else row.state


def drawn(view: RunView, room: Room, now_s: float) -> RenderableType:
    """Head, rows, and what became of it."""
    rows = _visible(list(view.rows.values()), room.height - _FRAME_ROWS)
    parts: list[RenderableType] = [_head(view, room, now_s), _table(rows, view, room, now_s)]
    if hidden := _hidden(view, rows):
        parts.append(hidden)
    if view.state in {"completed", "failed", "cancelled"}:
        parts += ["", *_troubles(view, room), summary(view, room, now_s)]
    return Group(*parts)


def summary(view: RunView, room: Room, now_s: float) -> Text:
    """One line: how it ended."""
    text = Text().append(f"{room.symbol(view.state)} {view.state}", STYLES.get(view.state, ""))
    if view.state in {"completed", "failed", "cancelled"}:
        text.append(f" in {words.duration(view.elapsed_s(now_s))}")
    facts = [words.counted(len(view.rows), "node")]
    told = ("inherited", "cached", "failed", "skipped")
    facts += [f"{number} {state}" for state in told if (number := view.count(state))]
    facts.append(words.cost(view.cost))
    text.append("".join(f" · {fact}" for fact in facts) if room.unicode else f", {', '.join(facts)}", "dim")
    return text


def _head(view: RunView, room: Room, now_s: float) -> Text:
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(view.title or "Run", style="bold")
    text.append(f"  {view.run_id}" if room.width >= MIDDLE else "", style="dim")
    if view.state in {"pending", "running"}:
        text.append(f"  {view.count(*OVER)}/{len(view.rows)}  {words.duration(view.elapsed_s(now_s))}", "blue")
    return text


def _table(rows: list[Row], view: RunView, room: Room, now_s: float) -> Table:
    table = Table(
        box=None,
        show_header=False,
        padding=(0, 2 if room.width >= MIDDLE else 1, 0, 0),
        pad_edge=False,
        width=room.width - _MARGIN if room.width >= MIDDLE else None,
    )
    several, charged = any(row.attempt > 1 for row in view.rows.values()), any(r.cost for r in view.rows.values())
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, max_width=max(12, room.width // 4), overflow="ellipsis")
    columns = ["mark", "title"]
    for name, wanted in (
        ("type", room.width >= WIDE),
        ("state", True),
        ("bar", room.width >= MIDDLE),
        ("time", room.width >= NARROW),
        ("attempt", several),
        ("cost", charged and room.width >= NARROW),
        ("note", room.width >= MIDDLE),
    ):
        if wanted:
            columns.append(name)
            table.add_column(
                no_wrap=True,
                justify="right" if name in {"time", "cost"} else "left",
                ratio=1 if name == "note" else None,
                overflow="ellipsis",
            )
    for row in rows:
        cells = _cells(row, room, now_s)
        table.add_row(*(cells[name] for name in columns))
    return table


def _cells(row: Row, room: Room, now_s: float) -> dict[str, RenderableType]:
    state = shown_state(row)
    style, elapsed = STYLES.get(state, ""), row.elapsed_s(now_s)
    ended = row.state in OVER or row.state == "running"
    return {
        "mark": Text(f" {room.symbol(state)}", style=style),
        "title": Text(words.one_line(row.name.title), style="dim" if row.state in {"waiting", "skipped"} else ""),
        "type": Text(row.name.type, style="dim"),
        "state": Text(state.replace("_", " "), style=style),
        "bar": _bar(row, room),
        "time": Text(words.duration(elapsed) if elapsed is not None and ended else "", style="dim"),
        "attempt": Text(f"try {row.attempt}" if row.attempt > 1 else "", style="yellow"),
        "cost": Text(words.cost(row.cost) if row.cost else "", style="dim"),
        "note": Text(row.trouble, style=style) if row.trouble else Text(row.note, style="dim"),
    }


def _bar(row: Row, room: Room) -> RenderableType:
    width = 20 if room.width >= WIDE else 10
    if row.state == "running":
        return ProgressBar(total=1.0, completed=row.progress, width=width, complete_style="blue")
    if row.state in DONE:
        return ProgressBar(total=1.0, completed=1.0, width=width, finished_style="green")
    return Text(" " * width)


def _visible(rows: list[Row], room: int) -> list[Row]:
    """Those that matter most now, in the order of the plan."""
    if len(rows) <= max(room, 1):
        return rows
    ranked = sorted(rows, key=lambda row: (_URGENT.get(shown_state(row), 3), -(row.ended_s or 0.0)))
    chosen = {row.node_id for row in ranked[: max(room - 1, 1)]}
    return [row for row in rows if row.node_id in chosen]


def _hidden(view: RunView, rows: list[Row]) -> Text | None:
    shown = {row.node_id for row in rows}
    states = Counter(shown_state(row) for row in view.rows.values() if row.node_id not in shown)
    if not states:
        return None
    return Text(f" ... and {', '.join(f'{n} {state}' for state, n in states.most_common())}", style="dim")


def _troubles(view: RunView, room: Room) -> list[RenderableType]:
    """Reasons in full: in the table they may be cut off."""
    troubled = [row for row in view.rows.values() if row.state in {"failed", "in_doubt"} and row.trouble]
    lines: list[RenderableType] = [
        Text.assemble((f"{room.symbol(row.state)} {row.name.title}: ", STYLES[row.state]), row.trouble)
        for row in troubled
    ]
    if view.state == "failed" and not lines and view.trouble:
        lines.append(Text(view.trouble, style=STYLES["failed"]))
    return lines
