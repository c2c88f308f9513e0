"""`groove up`: start everything and keep it running."""

import asyncio
from pathlib import Path

from groove_local.say import aloud
from groove_local.services import Plan
from groove_local.settings import Settings
from groove_local.stack import Stack
from groove_local.told import until_told
from groove_local.trouble import CannotStart


def run_up(port: int, data: Path) -> int:
    """Serve until told to stop. Gives the exit code."""
    settings = Settings.from_environment()
    stack = Stack(data, Plan(port=port, inherited=settings.inherited, keys=settings.keys), say=aloud)
    try:
        asyncio.run(_up(stack))
    except CannotStart as trouble:
        aloud(f"\n{trouble}")
        return 1
    return 0


async def _up(stack: Stack) -> None:
    if await until_told(_serve(stack), aloud) is not None:
        aloud(f"stopped. Everything is kept in {stack.data}; `make up` goes on from there.")


async def _serve(stack: Stack) -> None:
    aloud(f"Pixel Groove is starting, its data in {stack.data}")
    async with stack:
        aloud(_banner(stack))
        await asyncio.Event().wait()


def _banner(stack: Stack) -> str:
    return f"""
  Pixel Groove is running

    open     {stack.url}
    API      {stack.url}/openapi.json
    pictures by {" and ".join(stack.plan.providers.split(","))}
    data     {stack.data}
    logs     {stack.data / "log"}
    stop     Ctrl-C
"""
