"""`groove demo`: start everything, run the example, show and save what came out, stop everything."""

import asyncio
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from groove import Client, GrooveError
from groove.live import follow
from groove.view import names_of
from groove_local.lease import Lease
from groove_local.ports import free_port
from groove_local.results import collect, write
from groove_local.say import aloud
from groove_local.services import Plan
from groove_local.settings import Settings
from groove_local.stack import Stack
from groove_local.told import until_told
from groove_local.trouble import CannotStart

EXAMPLE = Path(__file__).resolve().parents[4] / "examples" / "main.json"
DATA = Path(".groove-demo")
MARK = "made-by-groove-demo"
KEPT_BY_SERVERS = ("nats", "postgres", "s3", "log")
CTRL_C = 130


def run_demo(out: Path = Path("demo-output"), data: Path = DATA) -> int:
    """Gives the exit code: 0 when the run completed and its results are in `out`.

    `data` is made new each time, so that everything is really generated and nothing comes from the cache; and it stays,
    so that `groove up --data` shows the finished run.
    """
    settings = Settings.from_environment()
    demo = Demo(out, data, settings)
    try:
        return asyncio.run(demo.run())
    except CannotStart as trouble:
        aloud(f"\n{trouble}")
    except GrooveError as error:
        aloud(f"\nThe demo did not get to its end: {error}\n  logs: {data / 'log'}")
    return 1


class Demo:
    def __init__(self, out: Path, data: Path, settings: Settings) -> None:
        self._out = out
        self._data = data
        plan = Plan(port=free_port(), inherited=settings.inherited, keys=settings.keys)
        self._stack = Stack(data, plan, say=aloud)
        self._state = "not started"

    async def run(self) -> int:
        told = await until_told(self._show(), aloud)
        if told is not None:
            return CTRL_C
        aloud(f"Everything is stopped. To look around in it: make up DATA={self._data}")
        return 0 if self._state == "completed" else 1

    async def _show(self) -> None:
        workflow = json.loads(await asyncio.to_thread(EXAMPLE.read_text))
        await asyncio.to_thread(make_new, self._data)
        aloud(f"Starting everything from nothing, in {self._data}: all pictures are made now, none come from a cache.")
        async with self._stack, Client(self._stack.url) as client:
            graph = await client.graphs.import_(workflow)
            run_id = (await client.run(graph["id"]))["id"]
            aloud("")
            execution = await follow(client, run_id, Console(), names=names_of(workflow), title=workflow["name"])
            events = len(await client.events(run_id))
            types = {node["id"]: node["type"] for node in workflow["nodes"]}
            files = await collect(execution, types, events, client.fetch)
        self._state = execution["state"]
        saved = await asyncio.to_thread(write, self._out, files)
        aloud(_told_in_words(execution, events, saved))


def make_new(data: Path) -> None:
    """Empty the demo's own data directory; never one that the demo did not make.

    Raises:
        CannotStart: it holds something else, or another demo runs in it.
    """
    if data.exists() and any(data.iterdir()) and not (data / MARK).exists():
        raise CannotStart("the demo", f"{data} holds data that the demo did not make", "name another directory")
    lease = Lease(data)
    lease.take()
    for name in KEPT_BY_SERVERS:
        shutil.rmtree(data / name, ignore_errors=True)
    (data / MARK).write_text("`groove demo` empties this directory each time it starts.\n")
    lease.release()


def _told_in_words(execution: Mapping[str, Any], events: int, saved: Sequence[Path]) -> str:
    files = "\n".join(f"  {path}" for path in saved)
    return f"\nThe run is {execution['state']}, in {events} events. What it made:\n{files}\n"
