"""Whose trace a decision belongs to."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from contracts import telemetry
from kit import tracing
from kit.logs import bind
from orchestrator.items import Asked, CreditKey, GraphKey, Key, Parcel, RunKey, Swept
from orchestrator.runs import Runs


@contextmanager
def traced(key: Key, parcels: Sequence[Parcel], runs: Runs) -> Iterator[None]:
    """Decide in the trace of what is decided over, with the run's id in every log line.

    A command's own trace goes before the run's, in which all else goes on: what wakes a run can be another run.
    """
    kind = "run" if isinstance(key, RunKey) else "graph" if isinstance(key, GraphKey) else "credit"
    causes = [cause for parcel in parcels if (cause := _cause(parcel)) is not None]
    parent = causes[0] if causes else None
    if isinstance(key, RunKey):
        parent = _of_run(parcels, runs.trace(key)) or parent
    with bind(**{f"{kind}_id": key.id}):
        if parent is None or all(isinstance(parcel.item, Swept) for parcel in parcels):
            # every minute is no cause; and a run that has to be read first says itself where it goes on
            with tracing.handed_on(parent):
                yield
            return
        about = _about(key, len(parcels)) if tracing.recording() else None
        others = [cause for cause in dict.fromkeys(causes) if cause != parent]
        with tracing.begun(parent, telemetry.DECIDE[kind], "receives", about, others):
            yield


def _of_run(parcels: Sequence[Parcel], own: str | None) -> str | None:
    """A message of its own trace, or a command's; else what the run decided last. None: nothing is known of it."""
    for parcel in parcels:
        cause = _cause(parcel)
        if cause is not None and (isinstance(parcel.item, Asked) or _same(cause, own)):
            return cause
    return own


def _same(one: str, other: str | None) -> bool:
    return other is not None and tracing.trace_id(one) == tracing.trace_id(other)


def _cause(parcel: Parcel) -> str | None:
    return parcel.record.headers.get(tracing.HEADER) if parcel.record is not None else None


def _about(key: Key, messages: int) -> dict[str, str | int]:
    about: dict[str, str | int] = {telemetry.AGGREGATE: key.id, telemetry.MESSAGING: telemetry.NATS}
    if not isinstance(key, CreditKey):
        about[telemetry.PROJECT] = key.project_id
    if isinstance(key, RunKey):
        about[telemetry.RUN] = key.id
    return about | {telemetry.MESSAGING_OPERATION: "process", telemetry.MESSAGES: messages}
