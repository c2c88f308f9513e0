"""`groove demo`: start everything, run the example, show and save what came out, stop everything."""

import asyncio
import json
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from groove import Client, Execution, GrooveError
from groove.live import follow
from groove.saving import Saved, files_noted, save
from groove.view import names_of
from groove_local.lease import Lease
from groove_local.ports import free_port, share
from groove_local.say import Voice
from groove_local.services import PICTURES, Plan
from groove_local.settings import Settings
from groove_local.stack import Stack
from groove_local.told import until_told
from groove_local.trouble import CannotStart

EXAMPLE = Path(__file__).resolve().parents[4] / "examples" / "main.json"
DATA = Path(".groove-demo")
MARK = "made-by-groove-demo"
KEPT_BY_SERVERS = ("nats", "postgres", "s3", "log")
CTRL_C = 130


def run_demo(out: Path = Path("demo-output"), data: Path = DATA, *, as_json: bool = False) -> int:
    """Gives the exit code: 0 when the run completed and its results are in `out`.

    `data` is made new each time, so that everything is really generated and nothing comes from the cache; and it stays,
    so that `groove up --data` shows the finished run.
    """
    settings, voice = Settings.from_environment(), Voice(as_json)
    share(*settings.port_share)
    demo = Demo(out, data, settings, voice)
    try:
        return asyncio.run(demo.run())
    except CannotStart as trouble:
        voice.complain(str(trouble), "Cannot start", **trouble.facts())
    except GrooveError as error:
        text = f"The demo did not get to its end: {error}\n  logs: {data / 'log'}"
        voice.complain(text, type(error).__name__, logs=str(data / "log"))
    return 1


class Demo:
    def __init__(self, out: Path, data: Path, settings: Settings, voice: Voice) -> None:
        self._out = out
        self._data = data
        self._voice = voice
        self._say = voice.say
        # without keys: a demo never costs money; with the workers that it needs: it is to be quick
        plan = Plan(port=free_port(), inherited=settings.inherited, workers=PICTURES)
        self._stack = Stack(data, plan, say=voice.say)
        self._summary: Mapping[str, Any] = {"state": "not started"}

    async def run(self) -> int:
        told = await until_told(self._show(), self._say)
        if told is not None:
            return CTRL_C
        text = f"Everything is stopped. To look around in it: make up DATA={shlex.quote(str(self._data))}"
        self._say(text, "stopped", data=str(self._data))
        self._voice.document(self._summary)
        return 0 if self._summary["state"] == "completed" else 1

    async def _show(self) -> None:
        workflow = json.loads(await asyncio.to_thread(EXAMPLE.read_text))
        await asyncio.to_thread(make_new, self._data)
        text = f"Starting everything from nothing, in {self._data}: all pictures are made now, none come from a cache."
        self._say(text, "starting", data=str(self._data))
        async with self._stack, Client(self._stack.url) as client:
            graph = await client.graphs.import_(workflow)
            run_id = (await client.run(graph["id"]))["id"]
            execution = await self._follow(client, run_id, workflow)
            before = await asyncio.to_thread(files_noted, self._out)
            saved = await save(client, execution, self._out, {node["id"]: node["type"] for node in workflow["nodes"]})
            await asyncio.to_thread(_make_room, self._out, before, saved)
        self._summary = saved.summary
        paths = [str(path) for path in saved.paths]
        self._say(_told_in_words(saved), "saved", files=paths)

    async def _follow(self, client: Client, run_id: str, workflow: Mapping[str, Any]) -> Execution:
        if not self._voice.as_json:
            self._say("")
            return await follow(client, run_id, Console(), names=names_of(workflow), title=workflow["name"])
        async for event in client.stream(run_id):
            self._voice.document(event.as_json())
        return await client.get(run_id)


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


def _make_room(out: Path, before: frozenset[str], saved: Saved) -> None:
    """What the last demo left and this one did not make again is removed."""
    for name in before - {path.name for path in saved.paths}:
        (out / name).unlink(missing_ok=True)


def _told_in_words(saved: Saved) -> str:
    files = "\n".join(f"  {path}" for path in saved.paths)
    state, events = saved.summary["state"], saved.summary["events"]
    return f"\nThe run is {state}, in {events} events. What it made:\n{files}\n"
