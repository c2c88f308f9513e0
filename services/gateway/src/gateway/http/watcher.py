"""Whoever watches a stream, for as long as they may."""

import asyncio
from dataclasses import dataclass

from gateway.database import away
from gateway.desk import Desk
from gateway.users import Caller

_EVERY_S = 30.0


@dataclass(frozen=True)
class Watcher:
    caller: Caller
    owner: str
    """Of what is watched."""
    project_id: str

    async def until_barred(self, desk: Desk) -> None:
        """Ends when the project is shared with them no more. Their own things are theirs for ever."""
        while self.owner == self.caller.user_id or await self._may_see(desk):  # noqa: ASYNC110  the table sets no event
            await asyncio.sleep(_EVERY_S)

    async def _may_see(self, desk: Desk) -> bool:
        try:
            return await desk.who.access.may_see(self.caller, self.project_id, self.owner)
        except Exception as error:
            if not away(error):
                raise
            return True  # it is asked again
