"""Does a task by sleeping: what is left when many workers share two cores is how they are scaled."""

import asyncio

from providers.at_once import AtOnce
from providers.interface import Done, Job, OnProgress, Prepared, Request


class Sleeper(AtOnce):
    name = "sleeper"

    def prepare(self, request: Request) -> Prepared:
        return Prepared(request, "")

    async def submit(self, prepared: Prepared, on_progress: OnProgress) -> Done | Job:  # noqa: ARG002  the interface's
        await asyncio.sleep(prepared.request.params["seconds"])
        return Done(())
