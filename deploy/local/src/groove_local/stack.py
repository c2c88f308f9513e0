"""Everything on this machine: three servers, and every service as its own process."""

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Self

from groove_local.addresses import Addresses, told
from groove_local.ports import LOOPBACK, require_free
from groove_local.process import Program
from groove_local.say import Say, quietly
from groove_local.servers import start_all
from groove_local.services import Plan, programs
from groove_local.supervisor import Backoff, Supervisor
from kit.nats import connect
from kit.nats_users import Users
from kit.provision import provision

JETSTREAM = Path(__file__).resolve().parents[3] / "jetstream.toml"
"""Streams and consumers, as data: deploy/jetstream.toml."""
READY_S = 60.0


class Stack:
    """The composition that `groove up`, `groove demo` and the tests share. Leaving it stops everything.

    With `addresses` it starts no servers of its own, and uses those.
    """

    def __init__(
        self,
        data: Path,
        plan: Plan,
        addresses: Addresses | None = None,
        say: Say = quietly,
        backoff: Backoff | None = None,
    ) -> None:
        self.data = data.resolve()
        self.plan = replace(plan, data=plan.data or self.data)
        self._given = addresses
        self._addresses = addresses
        self._say = say
        self._supervisor = Supervisor(self.data, say, backoff)
        self._held = contextlib.AsyncExitStack()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.plan.port}"

    @property
    def addresses(self) -> Addresses:
        if self._addresses is None:
            raise RuntimeError("not started yet")
        return self._addresses

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start everything and wait until all of it is ready.

        Raises:
            CannotStart: which, why, and what to do.
        """
        async with contextlib.AsyncExitStack() as undo:
            await undo.enter_async_context(self._supervisor)
            require_free(self.plan.port)
            if self._given is None:
                await self._start_servers()
            await self._provision()
            services = programs(self.plan, self.addresses)
            await self._supervisor.start(services, READY_S)
            here = self.addresses.environment(self.plan.prefix, "operator") | self._whereabouts(services)
            undo.enter_context(told(self.data, here))
            self._held = undo.pop_all()

    async def stop(self) -> None:
        """In order, within ten seconds. May be called again."""
        await self._held.aclose()

    def names(self) -> list[str]:
        return self._supervisor.names()

    def pid(self, name: str) -> int | None:
        """None while it is down."""
        return self._supervisor.pid(name)

    def kill(self, name: str) -> int:
        """SIGKILL one process; it is started again after the backoff. Gives the pid that was killed."""
        return self._supervisor.kill(name)

    async def ready(self, name: str, timeout_s: float = READY_S) -> None:
        """Wait until it serves (again).

        Raises:
            CannotStart: it does not.
        """
        await self._supervisor.ready(name, timeout_s)

    def _whereabouts(self, services: list[Program]) -> dict[str, str]:
        """For `groove doctor`, which looks at each of them."""
        ports = {one.name: one.env.get("GROOVE_HEALTH_PORT") for one in services}
        urls = [f"{name}=http://{LOOPBACK}:{port}" for name, port in ports.items() if port is not None]
        streams = str(self.plan.streams or JETSTREAM)
        return {"GROOVE_URL": self.url, "GROOVE_HEALTH_URLS": ",".join(urls), "GROOVE_STREAMS": streams}

    async def _start_servers(self) -> None:
        users = Users.kept(self.data / "nats", self.plan.prefix, strangers=self.plan.strangers)
        self._addresses, children = await start_all(self.data, self.plan.inherited, self._say, users)
        for child in children:
            self._supervisor.adopt(child)

    async def _provision(self) -> None:
        client = await connect(self.addresses.nats_url, "provision", self.addresses.login("provision"))
        try:
            await provision(client, self.plan.streams or JETSTREAM, self.plan.prefix)
        finally:
            await client.close()
