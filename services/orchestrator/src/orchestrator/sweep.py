"""Looks at every open run now and then, so that nothing that was lost on the way stays lost."""

import asyncio
import json
import logging

from contracts.base import ProjectId, RunId
from contracts.subjects import QUEUES
from kit.errors import Unavailable
from orchestrator.handlers import Orchestra
from orchestrator.inbox import Inbox
from orchestrator.items import Parcel, RunKey, Swept

EVERY_S = 60.0
AGAIN_S = 1.0
"""After one that could not look: the first of a process is what picks up where others died."""
_log = logging.getLogger(__name__)


async def sweep_for_ever(desk: Orchestra, inbox: Inbox, every_s: float = EVERY_S, again_s: float = AGAIN_S) -> None:
    while True:
        wait_s = every_s
        try:
            await sweep(desk, inbox)
        except Unavailable as error:
            _log.info("the sweep waits: %s", error)
            wait_s = min(again_s, every_s)
        except Exception:  # noqa: BLE001  the next one may fare better
            _log.exception("a sweep failed")
        await asyncio.sleep(wait_s)


async def sweep(desk: Orchestra, inbox: Inbox) -> int:
    """Have every open run looked at, with all its effects repeated. Gives how many there are."""
    world = desk.world
    for queue in QUEUES:
        for subject in await world.tasks.free_stranded(queue):  # what is still wanted is queued again below
            _log.warning("a task was passed over by the server", extra={"subject": subject})
    records = await world.open_runs.list()
    for record in records:
        body = json.loads(record.data)
        key = RunKey(ProjectId(body["project_id"]), RunId(body["run_id"]))
        _alarm(desk, key)
        await inbox.post(key, Parcel(Swept(), _nothing, _nothing_later, deliveries=2))
    return len(records)


def _alarm(desk: Orchestra, key: RunKey) -> None:
    held = desk.runs.kept(key)
    if held is None or held.run.state != "running":
        return
    if not held.run.active and not any(step.open for step in held.run.steps.values()):
        _log.error("a run cannot move, and has not ended", extra={"run_id": key.id, "project_id": key.project_id})


async def _nothing() -> None: ...


async def _nothing_later(_delay_s: float) -> None: ...
