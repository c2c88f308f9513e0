"""Following a run in a terminal, or line by line where there is none."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text

from groove import words
from groove.client import Client
from groove.clock import moment_s, now_s
from groove.problem import GrooveError
from groove.shapes import FINISHED, Event, Execution
from groove.table import STYLES, Room, drawn, summary
from groove.view import Name, RunView, begin, names_of

FRAME_S = 0.1
Shown = Callable[[Event], None]
"""Told of each event after the view took it."""
_QUIET = frozenset({"node_progress", "execution_started"})


async def follow(
    client: Client,
    run_id: str,
    console: Console,
    *,
    names: Mapping[str, Name] | None = None,
    title: str = "",
) -> Execution:
    """Show a run until it ends, and give it as it is then.

    Args:
        client: asks the server.
        run_id: which run.
        console: where to. Without a terminal each event is a line.
        names: titles and types of nodes (`names_of(workflow)`), if they are known; else they are looked up.
        title: over the table.
    """
    execution = await client.get(run_id)
    view = begin(execution, names or await saved_names(client, execution), title)
    while True:
        async with _table(view, console) if _animated(console) else _lines(view, console) as shown:
            async for event in client.stream(run_id):
                view.take(event)
                shown(event)
            execution = await client.get(run_id)
            view.settle(execution)
        if execution["state"] in FINISHED:
            return execution


def _animated(console: Console) -> bool:
    return console.is_terminal and not console.is_dumb_terminal


async def saved_names(client: Client, execution: Execution) -> dict[str, Name]:
    """Of the graph that was run, if it is still there."""
    graph_id = execution.get("graph_id")
    if not graph_id or any(node.get("type") for node in execution["nodes"].values()):
        return {}
    with suppress(GrooveError):
        return names_of(await client.graphs.get(graph_id))
    return {}


@asynccontextmanager
async def _table(view: RunView, console: Console) -> AsyncIterator[Shown]:
    """Drawn again ten times a second, and left as it is at the end."""

    def draw() -> RenderableType:
        return drawn(view, Room.of(console), now_s())

    with Live(console=console, auto_refresh=False, get_renderable=draw, vertical_overflow="crop") as live:
        clockwork = asyncio.create_task(_redraw(live))
        try:
            yield lambda _event: None
        finally:
            clockwork.cancel()
            with suppress(asyncio.CancelledError):
                await clockwork
            live.refresh()


async def _redraw(live: Live) -> None:
    while True:
        live.refresh()
        await asyncio.sleep(FRAME_S)


@asynccontextmanager
async def _lines(view: RunView, console: Console) -> AsyncIterator[Shown]:
    room = Room.of(console)

    def say(event: Event) -> None:
        if event.name not in _QUIET and not event.last:
            console.print(event_line(view, event, room), soft_wrap=True)

    if view.title:
        console.print(Text(f"{view.title}  {view.run_id}"), soft_wrap=True)
    yield say
    console.print(summary(view, room, now_s()), soft_wrap=True)


def event_line(view: RunView, event: Event, room: Room) -> Text:
    """When, who, what, and what is worth knowing about it. The view has taken the event."""
    at, start = moment_s(event.at), view.started_s
    text = Text(f"{max(0.0, at - start):7.2f} s  " if at is not None and start is not None else " " * 11, style="dim")
    if event.node_id is None:
        return text.append(event.name.removeprefix("execution_"), style="bold")
    row = view.row(event.node_id)
    state = event.name.removeprefix("node_").replace("started", "running")
    text.append(f"{room.symbol(state)} {state.replace('_', ' '):<10}", style=STYLES.get(state, ""))
    text.append(f" {words.one_line(row.name.title)}", style="default not dim")
    note = row.trouble or (row.note if state in {"completed", "cached", "inherited", "skipped"} else "")
    return text.append(f"  {note}" if note else "", style="dim")
