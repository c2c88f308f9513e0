"""Puts into a file where it came from, and signs it where a certificate is configured. CPU work: run it in a thread."""

import logging
from dataclasses import dataclass

from contracts.work import Task
from kit import provenance
from kit.credentials import Signer
from kit.provenance import Provenance, SourceType

_SIGNABLE = {"image/png", "image/jpeg", "image/webp", "video/mp4"}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stamper:
    signer: Signer | None = None

    def stamp(self, task: Task, data: bytes, mime: str) -> bytes:
        """The same bytes where nothing can be added. A result that was paid for is never lost to a bad certificate."""
        about = _about(task)
        stamped = provenance.stamp(data, mime, about)
        if self.signer is None or mime not in _SIGNABLE:
            return stamped
        try:
            return self.signer.sign(stamped, mime, about)
        except ValueError as error:
            log.warning("a result stays unsigned: %s", error)
            return stamped


def _about(task: Task) -> Provenance:
    """What is the same whoever makes it again: with the run in it, equal results would be different bytes."""
    return Provenance(
        node=task.node_id,
        operation=task.operation,
        recipe=task.recipe or "",
        provider=task.provider or "",
        model=task.model or "",
        graph=task.graph_id or "",
        source=_source(task),
    )


def _source(task: Task) -> SourceType:
    if task.operation == "upscale":
        return "algorithmicallyEnhanced"
    if task.provider == "local":
        return "algorithmicMedia"
    media = any(value.type != "text" for values in task.inputs.values() for value in values)
    return "compositeWithTrainedAlgorithmicMedia" if media else "trainedAlgorithmicMedia"
