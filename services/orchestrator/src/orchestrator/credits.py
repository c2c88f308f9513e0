"""Accounts in memory: loaded from the log, decided on, and appended to. Several orchestrators may do it at once.

What is known here may be old. That is found out when something is appended; and before anything is refused, or taken
to be done already, the account is read on.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import TypeAdapter

from contracts.base import MessageId, MicroCredits, UserId
from contracts.credit import CreditEvent
from contracts.envelope import Answer, CreditDecision, CreditLetter, RunLetter, seal, unseal
from contracts.problems import Rejected, Rejection
from contracts.run import StartRun
from kit.ids import new_id
from kit.log import Conflict
from orchestrator.domain import booking, credit
from orchestrator.domain.billing import bill_of
from orchestrator.domain.booking import Bill, Want
from orchestrator.domain.credit import Account, apply
from orchestrator.domain.run_state import Run
from orchestrator.items import RunKey
from orchestrator.paused import Aggregate, legible
from orchestrator.ports import Stale, World

ATTEMPTS = 200
"""Many orchestrators may reserve for one user at once."""
KEPT = 1_000
OVERDUE = timedelta(seconds=30)
"""How long a run that credits are held for may take to begin."""
SNAPSHOT_EVERY = 200
_CODE = hashlib.sha256(Path(credit.__file__).read_bytes()).hexdigest()[:16]
_SNAPSHOT = TypeAdapter(Account)

Decide = Callable[[Account, datetime], tuple[CreditEvent, ...]]


@dataclass
class _Book:
    account: Account
    snapshot: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True)
class _Why:
    cause: str | None = None
    actor: str = "orchestrator"
    answers: MessageId | None = None


class Credits:
    def __init__(self, world: World, *, on: bool = False, overdue: timedelta = OVERDUE) -> None:
        self._world = world
        self._overdue = overdue
        self.on = on
        """Off: nothing is reserved, so nothing is charged; what was reserved while it was on is settled."""
        self._books: OrderedDict[UserId, _Book] = OrderedDict()

    async def obey(self, user: UserId, letter: CreditLetter) -> Answer:
        """Do what a command says, once."""
        by = letter.actor or letter.user_id
        why, rejection = _Why(letter.id, by, letter.id), None
        try:
            account = await self._book_it(user, lambda one, now: booking.obey(one, letter.command, by, now), why)
        except Rejected as no:
            account, rejection = await self._refuse(user, why, no.rejection), no.rejection
        seq, refused = account.answered.get(letter.id, (account.seq, rejection))
        outcome = "rejected" if refused else "done"
        return Answer(command_id=letter.id, outcome=outcome, seq=seq, rejection=refused)

    async def reserve(self, user: UserId, want: Want, amount: MicroCredits) -> MicroCredits:
        """Hold that much for a run that is about to begin, and give how much is held for it.

        Raises:
            Rejected: there is not so much, or a budget forbids it.
        """
        account = await self._book_it(user, lambda one, now: booking.reserve(one, want, amount, now))
        hold = account.hold(want.run_id)
        return hold.gross if hold else 0

    async def enlarge(self, run: Run, need: MicroCredits, most: MicroCredits) -> MicroCredits:
        """Hold more for a run, if there is more, and give what it may cost in all."""
        daily = run.started.daily_budget if run.started else None
        want = Want(run.id, run.project_id, daily, run.lives)
        account = await self._book_it(run.user_id, lambda one, now: booking.enlarge(one, want, need, most, now))
        hold = account.hold(run.id)
        return hold.gross if hold else 0

    async def settle(self, run: Run, *, doubtful: bool) -> None:
        """Charge for a run of which no worker holds anything any more. Done before, it is nothing.

        `doubtful`: something may be held for a run that was refused.
        """
        if run.started is None:
            if run.refused is not None and doubtful and self.on:
                await self._settle(run.user_id, Bill(run.id, run.project_id, 0))
        elif run.started.reserved is not None:
            await self._settle(run.user_id, bill_of(run))

    async def release_stranded(self, key: RunKey) -> bool:
        """Let go of what is held for a run that never began, and is not about to. False: it may still begin."""
        newest = await self._world.log.last(self._world.subjects.command("run", key.project_id, key.id))
        letter = unseal(RunLetter, newest.data) if newest is not None else None
        if newest is None or letter is None or newest.time > self._world.clock() - self._overdue:
            return False
        if await self._world.log.last(self._world.subjects.events("run", key.project_id, key.id)) is not None:
            return False
        if isinstance(letter.command, StartRun):
            await self._settle(letter.user_id, Bill(key.id, key.project_id, 0))
        return True

    async def _settle(self, user: UserId, bill: Bill) -> None:
        book = await self._open(user)
        if book.account.hold(bill.run_id) is None:
            async with book.turn:
                await self._catch_up(book, user)
                if book.account.hold(bill.run_id) is None:  # so old that it was forgotten: only the log knows
                    whole = await self._read_whole(user)
                    old = whole.hold(bill.run_id)
                    if old is None and not bill.cost:
                        return
                    if old is not None:
                        book.account.settled[bill.run_id] = old
        await self._book_it(user, lambda one, now: booking.settle(one, bill, now))

    async def _book_it(self, user: UserId, decide: Decide, why: _Why | None = None) -> Account:
        """Decide and append.

        Raises:
            Rejected: for good, as far as the log could be read.
            Conflict: still contended.
        """
        book, fresh = await self._open(user), False
        async with book.turn:
            for _ in range(ATTEMPTS):
                now = self._world.clock()
                if why is not None and why.answers in book.account.answered:
                    return book.account
                try:
                    events = decide(book.account, now)
                except Rejected:
                    if fresh:
                        raise
                    events = ()
                if not events and not fresh:
                    await self._catch_up(book, user)
                    fresh = True
                    continue
                if not events and why is None:
                    return book.account
                if await self._append(book, user, _decision(why or _Why(), now, events)):
                    return book.account
        raise Conflict(f"the account of {user} is still contended")

    async def _refuse(self, user: UserId, why: _Why, rejection: Rejection) -> Account:
        book = await self._open(user)
        async with book.turn:
            for _ in range(ATTEMPTS):
                known = why.answers is not None and why.answers in book.account.answered
                if known or await self._append(book, user, _decision(why, self._world.clock(), (), rejection)):
                    return book.account
        raise Conflict(f"the account of {user} is still contended")

    async def _append(self, book: _Book, user: UserId, decision: CreditDecision) -> bool:
        account = book.account
        try:
            seq = await self._world.log.append(
                self._subject(user), seal(decision), expected=account.seq, event_id=decision.id
            )
        except Conflict:
            before = account.seq
            await self._catch_up(book, user)
            if account.seq == before:
                raise Stale(f"the account of {user} was read up to {before}, and there is more") from None
            return False
        apply(account, decision, seq)
        if account.decisions - book.snapshot >= SNAPSHOT_EVERY:
            book.snapshot = account.decisions
            state = _SNAPSHOT.dump_json(account)
            await self._world.snapshots.save(self._snapshot_subject(user), account.seq, _CODE, state)
        return True

    async def _open(self, user: UserId) -> _Book:
        book = self._books.get(user)
        if book is None:
            book = _Book(Account())
            stored = await self._world.snapshots.load(self._snapshot_subject(user), _CODE)
            if stored is not None:
                book.account = _SNAPSHOT.validate_json(stored[1])
                book.snapshot = book.account.decisions
            await self._catch_up(book, user)
            book = self._books.setdefault(user, book)
        self._books.move_to_end(user)
        while len(self._books) > KEPT:
            self._books.popitem(last=False)
        return book

    async def _catch_up(self, book: _Book, user: UserId) -> None:
        subject = self._subject(user)
        for record in await self._world.log.read(subject, after=book.account.seq):
            apply(book.account, legible(self._world.subjects, CreditDecision, record), record.seq)
        self._world.paused.was_read(Aggregate("credit", user, user))

    async def _read_whole(self, user: UserId) -> Account:
        records = await self._world.log.read(self._subject(user))
        decisions = [(one.seq, legible(self._world.subjects, CreditDecision, one)) for one in records]
        return credit.fold(decisions, remembers=None)

    def _subject(self, user: UserId) -> str:
        return self._world.subjects.events("credit", user, user)

    def _snapshot_subject(self, user: UserId) -> str:
        return self._world.subjects.snapshot("credit", user, user)


def _decision(
    why: _Why, now: datetime, events: tuple[CreditEvent, ...], refused: Rejection | None = None
) -> CreditDecision:
    return CreditDecision(
        id=MessageId(new_id()),
        at=now,
        cause=MessageId(why.cause) if why.cause else None,
        actor=why.actor,
        answers=why.answers,
        refused=refused,
        events=events,
    )
