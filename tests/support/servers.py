"""Real servers for the tests: one of each per test run, started when a test first asks for it."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from groove_local.addresses import S3, Addresses
from groove_local.process import Child
from groove_local.servers import end_all, start_nats, start_postgres, start_seaweed
from kit.nats_users import Users

T = TypeVar("T")
# Killing a server loses nothing with these; only pulling the plug would.
IN_A_HURRY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300")


def unique(label: str = "t") -> str:
    """A name nobody else uses, fit for subjects, databases and keys."""
    return f"{label}{UUID(bytes=os.urandom(16)).hex[:12]}"


class RealServers:
    """Started lazily, stopped by `stop`. They end with this process, however it ends.

    All work is done by one thread that stays: so it may be asked for from inside a running loop as well, and the
    servers, which end with the thread that started them, live as long as this object.
    """

    def __init__(self) -> None:
        self.data = Path(tempfile.mkdtemp(prefix="groove-tests-"))
        self._children: list[Child] = []
        self._thread = ThreadPoolExecutor(max_workers=1)

    @cached_property
    def users(self) -> Users:
        """Of the shared stack, under its prefix. To tests, which have no key, the server is open."""
        return Users.new(unique(), strangers=True)

    @cached_property
    def nats_url(self) -> str:
        child, url = self._run(start_nats(self.data, os.environ, users=self.users))
        self._children.append(child)
        return url

    @cached_property
    def s3(self) -> S3:
        child, address = self._run(start_seaweed(self.data, os.environ))
        self._children.append(child)
        return address

    @cached_property
    def postgres_url(self) -> str:
        """The administrator's database: ask `new_database` for one to write in."""
        child, url = self._run(start_postgres(self.data, os.environ, IN_A_HURRY))
        self._children.append(child)
        return url

    def another_nats(self, name: str) -> str:
        """The URL of an empty server with the same users, beside the shared one."""
        child, url = self._run(start_nats(self.data / name, os.environ, users=self.users))
        self._children.append(child)
        return url

    def new_database(self) -> str:
        """The URL of a database that is empty."""
        name = unique("db_")
        self._run(_create(self.postgres_url, name))
        return f"{self.postgres_url.rpartition('/')[0]}/{name}"

    def addresses(self) -> Addresses:
        """All three, started side by side, with an empty database."""
        return Addresses(nats_url=self.nats_url, postgres_url=self.new_database(), s3=self.s3)

    def guarded(self) -> Addresses:
        """The same; each service signs in, and may do under the users' prefix what it must."""
        return replace(self.addresses(), seeds=self.users.seeds)

    def stop(self) -> None:
        self._run(end_all(self._children))
        self._thread.shutdown()
        shutil.rmtree(self.data, ignore_errors=True)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._thread.submit(asyncio.run, work).result()


async def _create(admin_url: str, name: str) -> None:
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(f'create database "{name}"')
    finally:
        await connection.close()
