"""`groove up`: start everything and keep it running."""

import asyncio
from pathlib import Path

from groove_local import ports
from groove_local.say import Say, Voice
from groove_local.services import Plan
from groove_local.settings import Settings
from groove_local.stack import Stack
from groove_local.told import until_told
from groove_local.trouble import CannotStart


def run_up(port: int, data: Path, *, as_json: bool = False) -> int:
    """Serve until told to stop. Gives the exit code."""
    settings, voice = Settings.from_environment(), Voice(as_json)
    ports.share(*settings.port_share)
    plan = Plan(port=port, inherited=settings.inherited, keys=settings.keys, google=settings.google)
    stack = Stack(data, plan, say=voice.say)
    try:
        asyncio.run(_up(stack, voice.say))
    except CannotStart as trouble:
        voice.complain(str(trouble), "Cannot start", **trouble.facts())
        return 1
    return 0


async def _up(stack: Stack, say: Say) -> None:
    if await until_told(_serve(stack, say), say) is not None:
        text = f"stopped. Everything is kept in {stack.data}; `make up` goes on from there."
        say(text, "stopped", data=str(stack.data))


async def _serve(stack: Stack, say: Say) -> None:
    say(f"Pixel Groove is starting, its data in {stack.data}", "starting", data=str(stack.data))
    async with stack:
        facts = {
            "url": stack.url,
            "openapi": f"{stack.url}/openapi.json",
            "providers": stack.plan.providers.split(","),
            "data": str(stack.data),
            "logs": str(stack.data / "log"),
        }
        say(_banner(stack), "serving", **facts)
        await asyncio.Event().wait()


def _banner(stack: Stack) -> str:
    return f"""
  Pixel Groove is running

    open     {stack.url}
    API      {stack.url}/openapi.json
    made by  {" and ".join(stack.plan.providers.split(","))}
    data     {stack.data}
    logs     {stack.data / "log"}
    stop     Ctrl-C
"""
