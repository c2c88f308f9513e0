"""Services that reach their servers along wires which can be cut."""

import asyncio
from dataclasses import replace
from typing import Any

from chaos.schedule import LINKS, Blow
from groove_local.stack import Stack
from support.cuttable import Wires


class CuttableStack(Stack):
    """Each service has a wire of its own to each of its servers."""

    def __init__(self, *args: Any, wires: Wires, **more: Any) -> None:
        super().__init__(*args, **more)
        self._wires = wires

    async def _provision(self) -> None:
        """The servers are there, and no service yet."""
        await super()._provision()
        at = self.addresses
        servers = {
            "nats": ("GROOVE_NATS_URL", at.nats_url),
            "postgres": ("GROOVE_POSTGRES_URL", at.postgres_url),
            "seaweedfs": ("GROOVE_S3_ENDPOINT", at.s3.endpoint),
        }
        extra = {name: dict(told) for name, told in self.plan.extra.items()}
        for service, wanted in LINKS.items():
            for server in wanted:
                variable, url = servers[server]
                extra.setdefault(service, {})[variable] = await asyncio.to_thread(self._wires.lay, service, server, url)
        self.plan = replace(self.plan, extra=extra)


class Cutter:
    def __init__(self, wires: Wires) -> None:
        self._wires = wires
        self._cut: set[tuple[str, str]] = set()

    async def strike(self, blow: Blow) -> bool:
        """Cut, wait, and mend. Wires that are cut already are left alone: whether there was another."""
        links = [link for link in blow.links() if link not in self._cut]
        self._cut.update(links)
        wires = [self._wires.between(*link) for link in links]
        for wire in wires:
            await asyncio.to_thread(wire.stall if blow.kind == "stall" else wire.cut)
        await asyncio.sleep(blow.for_s)
        for wire in wires:
            await asyncio.to_thread(wire.mend, lost=blow.lost)
        self._cut.difference_update(links)
        return bool(links)
