"""Runs of other installations are told here, and nothing is done about them."""

from contracts.problems import Reason, reject
from orchestrator.items import RunKey
from orchestrator.ports import World


async def refuse_imported(world: World, key: RunKey) -> None:
    """For a run that was never begun here.

    Raises:
        Rejected: because it was brought from another installation.
    """
    if await world.log.last(world.subjects.imported("evt", key.project_id, key.id, "_")) is not None:
        message = "The execution was imported from another installation: look at it here, and change it there."
        raise reject(Reason.IMPORTED, message)
