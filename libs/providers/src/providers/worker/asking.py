"""Asking a provider: once, and from then on only looking after what was asked.

A paid request is announced in the log before it is sent (`Submitting`), and its handle is kept as soon as it is known
(`Submitted`). Whoever finds the announcement without the handle looks the request up, and never simply sends it again.
"""

import contextlib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contracts.failures import FailureKind
from contracts.work import Submitted, Submitting
from kit.clock import Clock
from kit.errors import Unavailable
from providers.interface import (
    Done,
    Job,
    OnProgress,
    OutOfSight,
    Pending,
    Prepared,
    Provider,
    ProviderError,
    StillAtWork,
    SubmitInDoubt,
)
from providers.worker.accounts import NO_LIMIT, Slot
from providers.worker.claim import CalledOff, Fenced, Hold
from providers.worker.payload import payload_of
from providers.worker.timing import Timing

_MOST_TOLD_BYTES = 16 * 1024
_MOST_TOLD_HANDLE = 2_000


@dataclass
class Asking:
    """One request to one provider, on behalf of a held attempt."""

    hold: Hold
    provider: Provider
    tell: OnProgress
    clock: Clock
    timing: Timing
    prompt_sent: str | None = None
    notes: tuple[str, ...] = ()
    slot: Slot = NO_LIMIT
    waited: timedelta = timedelta(0)
    """How long earlier holders have looked after its job."""

    async def adopt(self, given: str) -> Done:
        """Begin with a job that a person says is ours: a handle as JSON, or the provider's own id of the job."""
        try:
            handle = json.loads(given)
        except ValueError:
            handle = None
        return await self.keep(Job(handle if isinstance(handle, dict) else {"job_id": given}))

    async def keep(self, job: Job) -> Done:
        """Put a handle into the log, then look after it."""
        self.hold.sent = True
        handle = dict(job.handle)
        submitted = Submitted(**self.hold.stamp(), handle=handle)
        try:
            await self.hold.say(submitted)
        except Fenced:
            if self.hold.task.adopt is not None or self.provider.doubt != "ask":
                raise  # whoever holds it now knows the job, or finds it
            await self.hold.insist(submitted)
            self.hold.alone = True
        return await look_after(self, handle)


async def submit(asking: Asking, prepared: Prepared) -> Done:
    """Ask, and wait for the result.

    Raises:
        SubmitInDoubt: it cannot be known whether it was taken.
        ProviderError: it was not, or it failed.
        CalledOff, Fenced.
    """
    hold = asking.hold
    hold.check()
    asking.prompt_sent, asking.notes = prepared.prompt_sent, prepared.notes
    if hold.task.paid:
        answer = await _send_once(asking, prepared)
    else:
        hold.payload = payload_of(prepared)
        answer = await hold.unless_called_off(asking.provider.submit(prepared, asking.tell))
    return await asking.keep(answer) if isinstance(answer, Job) else answer


async def _send_once(asking: Asking, prepared: Prepared) -> Done | Job:
    hold = asking.hold
    while True:
        send_by = await _announce(asking, prepared)
        if hold.revoked:
            break  # nothing more is sent; what was sent before is looked for
        # frozen for a while after it was announced, it must not be sent any more: others count on `send_by`
        late = asking.clock() + timedelta(seconds=asking.timing.connect_s) >= send_by
        if late or not asking.slot.held():
            continue
        hold.sent = True
        try:
            return await asking.provider.submit(prepared, asking.tell)
        except SubmitInDoubt:
            if may_resubmit(asking):
                await hold.pause(asking.timing.first_wait_s)
                continue
            if not _can_look_up(asking.provider):
                raise
        break
    found = await _find(asking, prepared.request.key, send_by)
    if found is None:
        message = "The connection broke, and the provider does not know the request: it was not taken."
        raise ProviderError(FailureKind.TRANSIENT, message, provider=asking.provider.name)
    return found


async def _announce(asking: Asking, prepared: Prepared) -> datetime:
    """Put it into the log that this is about to be sent. Gives until when it may leave."""
    hold = asking.hold
    await asking.slot.secure(hold)
    send_by = asking.clock() + timedelta(seconds=asking.timing.send_within_s)
    prompt_sent, notes = _told(prepared)
    announced = Submitting(
        **hold.stamp(),
        key=prepared.request.key,
        request_digest=digest_of(prepared),
        send_by=send_by,
        prompt_sent=prompt_sent,
        notes=notes,
        payload=payload_of(prepared),
    )
    await hold.say(announced)
    with contextlib.suppress(Unavailable):  # then the log's order alone decides who was first
        await hold.glance()
    hold.check()
    return send_by


def _can_look_up(provider: Provider) -> bool:
    return provider.lookup_lag_s is not None and provider.doubt != "ask"


def may_resubmit(asking: Asking, prepared: Prepared | None = None) -> bool:
    """Whether the same request may be sent again under its key: the vendor surely remembers it until it has arrived."""
    provider, hold = asking.provider, asking.hold
    if provider.doubt != "resubmit" or provider.key_window_s is None or hold.first_asked_at is None or hold.revoked:
        return False
    if prepared and hold.asked and hold.asked.request_digest != digest_of(prepared):
        return False  # another version of this worker says it in other words: that is another request
    arrives = asking.clock() + timedelta(seconds=asking.timing.send_within_s)
    return arrives < hold.first_asked_at + timedelta(seconds=provider.key_window_s)


async def look_up(asking: Asking, announced: Submitting) -> Done | None:
    """Follow up a request that an earlier holder may have sent. None: it was surely never taken.

    Raises:
        SubmitInDoubt: the provider cannot say.
        CalledOff: it was never taken, and is not wanted any more.
    """
    asking.prompt_sent, asking.notes = announced.prompt_sent, announced.notes
    silent_after = await asking.hold.silent_after(announced)
    found = await _find(asking, announced.key, silent_after)
    if found is None:
        asking.hold.sent = False
        asking.hold.check()
        return None
    return await asking.keep(found) if isinstance(found, Job) else found


async def _find(asking: Asking, key: str, silent_after: datetime) -> Done | Job | None:
    """Absence counts only when nothing can be on its way any more, and the provider would know of it."""
    provider, timing = asking.provider, asking.timing
    if provider.lookup_lag_s is None or provider.doubt == "ask":
        message = f"It cannot be known whether {provider.name} took this request, so it is not sent again by itself."
        raise SubmitInDoubt(message, provider=provider.name)
    certain_at = silent_after + timedelta(seconds=provider.lookup_lag_s)
    wait_s = timing.first_wait_s
    while True:
        asking.hold.check()
        certain = asking.clock() >= certain_at
        try:
            found = await provider.find(key)
        except OutOfSight as error:
            certain, found = False, None
            wait_s = max(error.retry_after_s or 0, wait_s)
        except ProviderError as error:
            raise SubmitInDoubt(f"The request could not be looked up: {error}", provider=provider.name) from error
        if found is not None or certain:
            return found
        await asking.hold.pause(wait_s)
        wait_s = min(timing.longest_wait_s, wait_s * 1.5)


async def look_after(asking: Asking, handle: Mapping[str, Any]) -> Done:
    """Look at a job until it is done. Out of sight says nothing about it: it is looked at again, ever more rarely.

    Raises:
        ProviderError: the job failed.
        StillAtWork: it is at work, and has been for too long.
        CalledOff: it was revoked, and the provider has cancelled it.
        Fenced.
    """
    hold, timing = asking.hold, asking.timing
    asked_to_cancel = False
    unseen_s, since = timing.first_wait_s, asking.clock() - asking.waited
    while True:
        hold.check()
        if hold.revoked and not asked_to_cancel:
            asked_to_cancel = await _cancel(asking, handle)
        try:
            seen = await asking.provider.poll(handle)
        except OutOfSight as error:
            wait_s = max(error.retry_after_s or 0, unseen_s)
            unseen_s = min(timing.longest_wait_s, unseen_s * 2)
        else:
            if isinstance(seen, Done):
                return seen
            unseen_s = timing.first_wait_s
            wait_s = seen.next_poll_s
            await _pass_on(asking, seen)
            _check_age(asking, handle, seen, since)
        await hold.pause(min(timing.longest_wait_s, wait_s))


def _check_age(asking: Asking, handle: Mapping[str, Any], seen: Pending, since: datetime) -> None:
    """Give up on a job that was seen at work too late; one that nobody looked at meanwhile has had its one look."""
    most_s = seen.longest_s or asking.timing.longest_job_s
    if asking.clock() - since <= timedelta(seconds=most_s):
        return
    name, job = asking.provider.name, json.dumps(dict(handle))[:_MOST_TOLD_HANDLE]
    raise StillAtWork(f"{name} is still at work after {most_s / 60:g} minutes. Its job is {job}.", provider=name)


async def _pass_on(asking: Asking, seen: Pending) -> None:
    if seen.progress is not None:
        await asking.tell(seen.progress, seen.message)


async def _cancel(asking: Asking, handle: Mapping[str, Any]) -> bool:
    """Ask the provider to cancel a job. Gives whether it answered; what goes on is looked after to its end.

    Raises:
        CalledOff: it is cancelled; what it cost all the same is in it.
    """
    try:
        outcome = await asking.provider.cancel(handle)
    except OutOfSight:
        return False
    except ProviderError:
        return True
    if outcome != "cancelled":
        return True
    try:
        await asking.provider.poll(handle)
    except ProviderError as error:
        raise CalledOff(error.cost) from error
    raise CalledOff


def _told(prepared: Prepared) -> tuple[str | None, tuple[str, ...]]:
    """What a later holder may tell of it, as far as it is small: the log is no place for a novel."""
    size = len((prepared.prompt_sent + "".join(prepared.notes)).encode(errors="replace"))
    if size <= _MOST_TOLD_BYTES:
        return prepared.prompt_sent, prepared.notes
    return None, ("What was sent is too long to be told after another worker took over.",)


def digest_of(prepared: Prepared) -> str:
    request = prepared.request
    content: dict[str, Any] = {
        "operation": request.operation,
        "model": request.model.id,
        "params": dict(request.params),
        "seed": request.seed,
        "prompt_sent": prepared.prompt_sent,
        "texts": {port: list(texts) for port, texts in request.texts.items()},
        "media": {port: [item.sha256 for item in items] for port, items in request.media.items()},
    }
    if request.characters:
        content["characters"] = [[one.id, one.name, *(p.sha256 for p in one.pictures)] for one in request.characters]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
