"""Looks at every open run now and then, so that nothing that was lost on the way stays lost."""

import asyncio
import json
import logging
from collections.abc import Callable, Collection

from contracts.base import ProjectId, RunId
from contracts.subjects import QUEUES, partition
from kit.errors import Unavailable
from kit.record import Record
from orchestrator.inbox import Inbox
from orchestrator.items import Parcel, RunKey, Swept
from orchestrator.orchestra import Orchestra

EVERY_S = 60.0
AGAIN_S = 1.0
"""After one that could not look: the first of a process is what picks up where others died."""
_log = logging.getLogger(__name__)


async def sweep_for_ever(
    desk: Orchestra,
    inbox: Inbox,
    every_s: float = EVERY_S,
    again_s: float = AGAIN_S,
    held: Callable[[], Collection[int]] | None = None,
) -> None:
    """`held`: the partitions of this process, whose runs it looks at. Without it, all."""
    while True:
        wait_s = every_s
        try:
            await free_stranded(desk)
            await sweep(desk, inbox, None if held is None else held())
            await inbox.repeat_unanswered()
        except Unavailable as error:
            _log.info("the sweep waits: %s", error)
            wait_s = min(again_s, every_s)
        except Exception:  # noqa: BLE001  the next one may fare better
            _log.exception("a sweep failed")
        await asyncio.sleep(wait_s)


async def free_stranded(desk: Orchestra) -> None:
    for queue in QUEUES:
        for subject in await desk.world.tasks.free_stranded(queue):  # what is still wanted is queued again by a sweep
            _log.warning("a task was passed over by the server", extra={"subject": subject})


async def sweep(desk: Orchestra, inbox: Inbox, shares: Collection[int] | None = None) -> int:
    """Have every open run of these partitions looked at, with all its effects repeated. Gives how many there are."""
    if shares is not None and not shares:
        return 0
    world, admission = desk.world, desk.outside.admission
    counted = admission.runs()
    records = await world.open_runs.list(*map(world.subjects.open_runs_of, shares or ()))
    keys = [_key_of(record) for record in records]
    keys = [key for key in keys if not await _erased(desk, key)]
    # of these another process saw the end
    ended = counted - {key.id for key in keys}
    admission.forget([id_ for id_ in ended if shares is None or partition(id_) in shares])
    desk.outside.call_turns()
    for key in keys:
        _alarm(desk, key)
        await inbox.post(key, Parcel(Swept(), _nothing, _nothing_later, deliveries=2))
    return len(records)


def _key_of(record: Record) -> RunKey:
    body = json.loads(record.data)
    return RunKey(ProjectId(body["project_id"]), RunId(body["run_id"]))


async def _erased(desk: Orchestra, key: RunKey) -> bool:
    """Whether its owner is gone: then nothing of it is open."""
    if desk.runs.kept(key) is not None:
        return False
    world = desk.world
    newest = await world.log.last(world.subjects.events("run", key.project_id, key.id))
    if newest is None or not newest.erased:
        return False
    await world.open_runs.remove(world.subjects.open_run(key.id))
    return True


def _alarm(desk: Orchestra, key: RunKey) -> None:
    held = desk.runs.kept(key)
    if held is None or held.run.state != "running":
        return
    if not held.run.active and not any(step.open for step in held.run.steps.values()):
        _log.error("a run cannot move, and has not ended", extra={"run_id": key.id, "project_id": key.project_id})


async def _nothing() -> None: ...


async def _nothing_later(_delay_s: float) -> None: ...
