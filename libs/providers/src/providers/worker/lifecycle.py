"""The story of a task: claim, load, prepare, submit once, look after it, keep what came of it, say so.

Each step can be the last one this process ever makes, and each may be made twice: `docs/failures.md`.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from contracts.failures import Failure, FailureKind
from contracts.models import ModelBook
from contracts.values import Outputs
from contracts.work import Failed, Report, Stopped, Succeeded, Task
from kit.confined import Screening
from kit.log import Conflict, Unavailable
from kit.objects import Objects
from providers.interface import HERE, Done, Provider, ProviderError, Request, SubmitInDoubt
from providers.worker.accounts import LOOK_EVERY_S, Accounts, InLine, Slot
from providers.worker.asking import Asking, look_after, look_up, may_resubmit, submit
from providers.worker.claim import CalledOff, Fenced, Hold, Pen
from providers.worker.control import Calls
from providers.worker.endings import given_up, refused
from providers.worker.inputs import Fetched, Limits, fetch, request_of
from providers.worker.keys import Keyring, seat
from providers.worker.past import MOST_CLAIMS, Past, Step, next_step
from providers.worker.payload import response_of
from providers.worker.progress import Voice
from providers.worker.results import store
from providers.worker.stamping import Stamper
from providers.worker.timing import Timing

MOST_DELIVERIES = 5
"""After so many unexpected ends the task itself is taken to be the trouble."""
_ATTEMPTS = 5
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Desk:
    """All that a worker has at hand."""

    pen: Pen
    objects: Objects
    providers: Mapping[str, Provider]
    book: ModelBook
    operations: frozenset[str]
    calls: Calls
    voice: Voice
    limits: Limits = field(default_factory=Limits)
    timing: Timing = field(default_factory=Timing)
    accounts: Accounts = field(default_factory=Accounts)
    keyring: Keyring = field(default_factory=Keyring)
    stamper: Stamper = field(default_factory=Stamper)
    screening: Screening = field(default_factory=Screening)
    tools: Provider | None = None
    """Does what is no provider's: cuts films, looks for faces."""


async def carry_out(task: Task, desk: Desk, deliveries: int = 1) -> None:
    """Carry a task to its terminal report, from wherever an earlier holder left it. Safe to call again.

    Raises:
        Fenced: it is someone else's now: neither acknowledge nor hand back.
        Conflict, Unavailable, Exception: hand it back.
    """
    # listening before it claims, lest a cancel go unheard between the two
    with desk.calls.about(task.run_id) as rung:
        place = desk.accounts.place(task.provider or "", desk.pen.worker, seat(task))
        async with place as slot, AsyncExitStack() as lent:
            await _line_up(task, desk, slot, rung)
            taken = await _take(task, desk, deliveries, slot, lent)
            if taken is not None:
                async with _watched(taken.hold, desk, rung):
                    await taken.hold.end(await _ending(taken, desk, deliveries))


@dataclass(frozen=True)
class _Taken:
    hold: Hold
    past: Past
    fetched: Fetched
    slot: Slot
    provider: Provider | ProviderError | None = None
    """The one that speaks with the user's own key, or why there is none. None: the installation's."""


async def _line_up(task: Task, desk: Desk, slot: Slot, rung: asyncio.Event) -> None:
    """Wait for a place at the provider. Nobody waits who has something to follow up, or nothing to do any more.

    Raises:
        InLine: it takes too long: others may have something to do meanwhile.
    """
    name, left_s = task.provider or "", desk.timing.slot_patience_s
    tell = desk.voice.about(task)
    while True:
        hold_off_s = await desk.accounts.wait_s(seat(task))
        if not hold_off_s and await slot.taken():
            return
        if next_step(await desk.pen.past(task)) != "begin":
            return
        await tell(0.0, f"waiting for a free slot at {name}")
        if max(left_s, 0.0) <= hold_off_s or left_s <= 0:
            raise InLine(name, max(1.0, hold_off_s))
        left_s -= LOOK_EVERY_S
        if not rung.is_set():
            await desk.pen.sleep(LOOK_EVERY_S)
        rung.clear()


async def _take(task: Task, desk: Desk, deliveries: int, slot: Slot, lent: AsyncExitStack) -> _Taken | None:
    """Fetch what is needed, then claim. None: nothing is left to do.

    What is not there now is found out before the claim, so that claims count how often it was really begun.
    """
    first = deliveries == 1 and task.attempt == 1
    past = Past() if first else await desk.pen.past(task)
    fetched: Fetched | None = None
    own: Provider | ProviderError | None = None
    for _ in range(_ATTEMPTS):
        step = next_step(past)
        if step == "drop":
            return None
        try:
            if step in {"stop", "give_up"}:
                await desk.pen.close(task, past, _closing(step, task, desk, past))
                return None
            if _unheard(task, desk, past):
                await desk.pen.sleep(desk.timing.last_word_s)
                later = await desk.pen.past(task)
                if later.seq != past.seq:
                    past = later
                    continue
            if fetched is None and past.handle is None:
                fetched = await fetch(task, desk.objects, desk.limits)
            if own is None and task.account is not None:
                own = await _own(task, desk, lent)
            return _Taken(await desk.pen.claim(task, past), past, fetched or Fetched(), slot, own)
        except Conflict:
            past = await desk.pen.past(task)
    raise Conflict(f"{task.task_id} is contended")


async def _own(task: Task, desk: Desk, lent: AsyncExitStack) -> Provider | ProviderError:
    try:
        return await lent.enter_async_context(desk.keyring.lent(task))
    except ProviderError as error:
        return error


def _unheard(task: Task, desk: Desk, past: Past) -> bool:
    """Whether only its sender can say what became of a request: to claim it is to silence the sender."""
    provider = desk.providers.get(task.provider or "")
    asked = past.submitting is not None and past.handle is None
    if task.account is not None and provider is None:
        return asked  # the account's own adapter is not at hand yet: better to wait in vain
    return asked and provider is not None and provider.doubt == "ask"


def _closing(step: Step, task: Task, desk: Desk, past: Past) -> Report:
    stamp = desk.pen.stamp(task, past.epoch)
    if step == "stop":
        return Stopped(**stamp)
    message = f"This was begun {MOST_CLAIMS} times and never got to an end, so it was given up."
    return Failed(**stamp, failure=Failure(kind=FailureKind.GAVE_UP, message=message), started_at=past.begun_at)


async def _ending(taken: _Taken, desk: Desk, deliveries: int) -> Report:
    hold = taken.hold
    try:
        return await _work(taken, desk)
    except CalledOff as off:
        return Stopped(**hold.stamp(), cost=off.cost)
    except ProviderError as error:
        if error.kind is FailureKind.RATE_LIMITED and error.retry_after_s:
            await desk.accounts.hold_off(seat(hold.task), error.retry_after_s)
        await desk.keyring.told(hold.task, error.kind)
        return refused(hold, error)
    except (Fenced, Conflict, Unavailable):
        raise
    except Exception:
        if min(deliveries, hold.epoch) < MOST_DELIVERIES:  # it may have been handed back in line, too
            raise
        log.exception("given up")
        return given_up(hold, deliveries)


async def _work(taken: _Taken, desk: Desk) -> Report:
    hold = taken.hold
    asking = Asking(
        hold, _provider(taken, desk), desk.voice.about(hold.task), desk.pen.clock, desk.timing, slot=taken.slot
    )
    done = await _followed_up(asking, taken, desk)
    if done is None:
        done = await submit(asking, asking.provider.prepare(await _request(hold.task, desk, taken.fetched)))
    await desk.keyring.told(hold.task, None)
    outputs = await _store(hold, desk, done)
    return Succeeded(
        **hold.stamp(),
        outputs=outputs,
        identities=done.identities,
        cost=done.cost,
        cost_basis=done.cost_basis,
        usage=dict(done.usage),
        prompt_sent=asking.prompt_sent,
        notes=(*asking.notes, *done.notes),
        started_at=hold.begun_at,
        payload=hold.payload,
        response=response_of(done.response),
    )


async def _followed_up(asking: Asking, taken: _Taken, desk: Desk) -> Done | None:
    """What an earlier holder asked, or a person found. None: it may be asked, for the first time or as if it were."""
    past, task = taken.past, taken.hold.task
    if past.submitting is not None:
        asking.prompt_sent, asking.notes = past.submitting.prompt_sent, past.submitting.notes
    if task.adopt is not None:
        return await _adopted(asking, past, task.adopt)
    if past.handle is not None:
        asking.waited = await taken.hold.waited()
        return await look_after(asking, past.handle)
    if past.submitting is None:
        return None
    if asking.provider.doubt == "resubmit":
        prepared = asking.provider.prepare(await _request(task, desk, taken.fetched))
        if may_resubmit(asking, prepared):
            return None
    return await look_up(asking, past.submitting)


async def _adopted(asking: Asking, past: Past, given: str) -> Done:
    """Nothing is asked, whatever comes of it: a job that is not there leaves the node in doubt."""
    try:
        return await (asking.adopt(given) if past.handle is None else look_after(asking, past.handle))
    except ProviderError as error:
        if error.kind is not FailureKind.RESULT_EXPIRED:
            raise
        name = asking.provider.name
        message = f"{name} does not know the job {given!r}, so it cannot be adopted. Nothing was sent or paid for it."
        raise SubmitInDoubt(message, provider=name) from error


async def _request(task: Task, desk: Desk, fetched: Fetched) -> Request:
    model = desk.book.find(task.provider, task.model or "") if task.provider else HERE
    if model is None:
        message = f"There is no model {task.model!r} of {task.provider} in this worker."
        raise ProviderError(FailureKind.MODEL_NOT_FOUND, message)
    return await request_of(task, model, fetched, desk.limits)


async def _store(hold: Hold, desk: Desk, done: Done) -> Outputs:
    """Keep trying while object storage is away: what was made is in this process and nowhere else."""
    while True:
        if not hold.task.paid:
            hold.check()
        try:
            return await store(hold.task, done, desk.objects, desk.limits.image, desk.stamper, desk.screening)
        except Unavailable as error:
            log.warning("the result cannot be stored yet: %s", error)
            await hold.pause(desk.timing.storage_away_s)


def _provider(taken: _Taken, desk: Desk) -> Provider:
    hold = taken.hold
    name = hold.task.provider or ""
    if hold.task.operation not in desk.operations:
        raise ProviderError(FailureKind.UNSUPPORTED, f"This worker does not know how to do {hold.task.operation}.")
    if hold.task.provider is None and desk.tools is not None:
        return desk.tools
    own = taken.provider
    if isinstance(own, ProviderError):
        if hold.sent:
            raise SubmitInDoubt(f"It was sent, and what became of it cannot be asked. {own}", provider=name)
        raise own
    provider = own or desk.providers.get(name)
    if provider is not None:
        return provider
    known = desk.book.provider(name)
    needs = f" Set {' or '.join(known.needs)}." if known and known.needs else ""
    message = f"The provider {name!r} is not configured here.{needs}"
    if hold.sent:
        raise SubmitInDoubt(f"It was sent, and what became of it cannot be asked. {message}", provider=name)
    raise ProviderError(FailureKind.NOT_CONFIGURED, message, provider=name)


@asynccontextmanager
async def _watched(hold: Hold, desk: Desk, rung: asyncio.Event) -> AsyncIterator[None]:
    """Look at the report subject now and then, and at once when a cancel is heard of."""

    async def watch() -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(desk.timing.glance_s):
                    await rung.wait()
            rung.clear()
            with contextlib.suppress(Unavailable):
                await hold.glance()

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait({watching})
