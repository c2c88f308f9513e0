"""The three servers, real ones, as child processes on 127.0.0.1."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from groove_local.addresses import S3, Addresses
from groove_local.process import Child, Program, until_ready
from groove_local.say import Say, quietly
from groove_local.servers import nats, postgres, seaweed
from groove_local.together import called_off
from groove_local.trouble import CannotStart
from kit.nats_users import Users

READY_S = 60.0
TRIES = 3
"""Another program may take the chosen port first."""
T = TypeVar("T")


async def start_nats(
    data: Path, env: Mapping[str, str], say: Say = quietly, users: Users | None = None
) -> tuple[Child, str]:
    """Without `users` it asks nobody who they are."""

    async def prepared() -> tuple[Program, str]:
        return nats.prepare(data, env, users)

    return await _start(prepared, data, say)


async def start_postgres(
    data: Path, env: Mapping[str, str], settings: Sequence[str] = (), say: Say = quietly
) -> tuple[Child, str]:
    """`settings`: postgresql.conf entries, like `fsync=off` for tests."""
    return await _start(lambda: postgres.prepare(data, env, settings), data, say)


async def start_seaweed(data: Path, env: Mapping[str, str], say: Say = quietly) -> tuple[Child, S3]:
    async def prepared() -> tuple[Program, S3]:
        return seaweed.prepare(data, env)

    return await _start(prepared, data, say)


async def start_all(
    data: Path, env: Mapping[str, str], say: Say = quietly, users: Users | None = None
) -> tuple[Addresses, list[Child]]:
    """All three side by side, or none.

    Raises:
        CannotStart: the first of them that would not.
    """
    first = asyncio.create_task(start_nats(data, env, say, users))
    second = asyncio.create_task(start_postgres(data, env, say=say))
    third = asyncio.create_task(start_seaweed(data, env, say))
    try:
        (nats_child, nats_url), (postgres_child, postgres_url), (weed_child, s3) = await asyncio.gather(
            first, second, third
        )
    except BaseException:
        ended = await called_off([first, second, third])
        await end_all([one[0] for one in ended if not isinstance(one, BaseException)])
        raise
    return Addresses(nats_url, postgres_url, s3, users.seeds if users else {}), [nats_child, postgres_child, weed_child]


async def _start(prepared: Callable[[], Awaitable[tuple[Program, T]]], data: Path, say: Say) -> tuple[Child, T]:
    for last in (False,) * (TRIES - 1) + (True,):
        program, address = await prepared()
        child = Child(program, data)
        child.spawn()
        try:
            await until_ready(child, READY_S)
        except CannotStart as trouble:
            await child.end(grace_s=1)
            if last or "address already in use" not in trouble.why.lower():
                raise
        except BaseException:
            await child.end(grace_s=1)
            raise
        else:
            say(f"{child.name} is ready", "process_ready", name=child.name)
            return child, address
    raise AssertionError("unreachable: the last try returns or raises")


async def end_all(children: Sequence[Child]) -> None:
    await asyncio.gather(*(child.end() for child in children))
