"""An account, in any order and however often things are said: its entries add up, and no reservation exceeds it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.base import MessageId, ProjectId, RunId, UserId
from contracts.credit import Adjust, Grant, SetBudget, TakeBack, TopUp
from contracts.envelope import CreditDecision, CreditLetter, seal, unseal
from contracts.problems import Reason, Rejected
from contracts.subjects import Subjects
from kit.record import decode, encode
from orchestrator.domain import booking
from orchestrator.domain.booking import Bill, Want
from orchestrator.domain.credit import Account, apply
from orchestrator.replaying.accounts import flaws_of
from orchestrator.replaying.telling import opened

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PROJECT = ProjectId("p")
SUBJECTS = Subjects("book")
RUNS = st.sampled_from([RunId(f"run{n}") for n in range(4)])
MONEY = st.integers(1, 100)
KEYS = st.sampled_from(["a", "b", "c"])


class Book:
    """The log of one account, folded as it grows."""

    def __init__(self) -> None:
        self.account = Account()
        self.records = []
        self.now = NOON

    def write(self, events, letter=None) -> None:
        if not events and letter is None:
            return
        seq = len(self.records) + 1
        if letter is not None:
            self._keep("command", letter, seq)
            seq += 1
        answers = letter.id if letter else None
        decision = CreditDecision(
            id=MessageId(f"d{seq}"), at=self.now, actor="o", answers=answers, events=tuple(events)
        )
        self._keep("events", decision, seq)
        apply(self.account, unseal(CreditDecision, seal(decision)), seq)

    def _keep(self, family, message, seq) -> None:
        subject = getattr(SUBJECTS, family)("credit", "u", "u")
        payload, sent = encode(seal(message), message.id, None)
        self.records.append(decode(seq, subject, sent, payload, self.now))

    def obey(self, command) -> None:
        letter = CreditLetter(
            id=MessageId(f"l{len(self.records)}"),
            at=self.now,
            user_id=UserId("u"),
            project_id="_",
            aggregate_id="u",
            command=command,
        )
        self.write(booking.obey(self.account, command, UserId("u"), self.now), letter)

    def reserve(self, run, amount, daily=None) -> None:
        self.write(booking.reserve(self.account, Want(run, PROJECT, daily), amount, self.now))

    def settle(self, run, cost, life=0, keep=0) -> None:
        self.write(booking.settle(self.account, Bill(run, PROJECT, cost, keep, life=life), self.now))


def move(book: Book, step) -> None:
    kind, *rest = step
    try:
        match kind:
            case "command":
                book.obey(rest[0])
            case "reserve":
                book.reserve(*rest)
            case "enlarge":
                run, need, more, life = rest
                want = Want(run, PROJECT, None, life)
                book.write(booking.enlarge(book.account, want, need, need + more, book.now))
            case "settle":
                book.settle(*rest)
            case "later":
                book.now += timedelta(hours=rest[0])
    except Rejected:
        pass


COMMANDS = st.one_of(
    st.builds(Grant, amount=MONEY, key=KEYS),
    st.builds(TopUp, amount=MONEY, key=KEYS),
    st.builds(Adjust, amount=st.integers(-100, 100), key=KEYS, reason=st.just("x")),
    st.builds(TakeBack, key=KEYS, total=st.integers(0, 100), final=st.booleans()),
    st.builds(SetBudget, daily=st.none() | st.integers(0, 300), admin=st.booleans()),
)
STEPS = st.one_of(
    st.tuples(st.just("command"), COMMANDS),
    st.tuples(st.just("reserve"), RUNS, st.integers(0, 100)),
    st.tuples(st.just("enlarge"), RUNS, MONEY, st.integers(0, 50), st.integers(0, 2)),
    st.tuples(st.just("settle"), RUNS, st.integers(0, 150), st.integers(0, 2), st.integers(0, 20)),
    st.tuples(st.just("later"), st.integers(0, 30)),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(STEPS, max_size=40), st.data())
def test_whatever_happens_in_whatever_order_the_account_adds_up(steps, data):
    book = Book()
    for step in steps:
        move(book, step)
        if data.draw(st.booleans()):
            before = book.account.balance, book.account.reserved
            move(book, step)  # said again
            if step[0] in {"settle", "command", "later"}:
                assert (book.account.balance, book.account.reserved) == before
    account = book.account
    events = [e for one in book.records if ".evt." in one.subject for e in unseal(CreditDecision, one.data).events]
    put_in = sum(e.amount for e in events if e.type in {"Granted", "ToppedUp", "Adjusted"})
    assert account.balance == put_in - sum(e.amount for e in events if e.type == "Captured")
    assert account.reserved == sum(hold.held for hold in account.holds.values()) == sum(account.by_project.values())
    assert flaws_of([opened(SUBJECTS, record) for record in book.records]) == []


def test_an_entry_that_does_not_add_up_is_found():
    book = Book()
    book.obey(Grant(amount=5, key="a"))
    decision = unseal(CreditDecision, book.records[-1].data)
    (event,) = decision.events
    forged = decision.model_copy(update={"events": (event.model_copy(update={"balance": 500}),)})
    payload, sent = encode(seal(forged), forged.id, None)
    book.records[-1] = decode(2, book.records[-1].subject, sent, payload, NOON)
    whats = [flaw.what for flaw in flaws_of([opened(SUBJECTS, record) for record in book.records])]
    assert any("does not add up" in what for what in whats)


def funded(amount: int) -> Book:
    book = Book()
    book.obey(Grant(amount=amount, key="first"))
    return book


def test_a_settlement_from_before_a_resume_takes_nothing_away():
    book = funded(100)
    book.reserve(RunId("run0"), 40)
    book.write(booking.enlarge(book.account, Want(RunId("run0"), PROJECT, None, 1), 50, 50, NOON))
    book.settle(RunId("run0"), 10, life=0)
    assert (book.account.balance, book.account.reserved) == (100, 50)
    book.settle(RunId("run0"), 10, life=1)
    assert (book.account.balance, book.account.reserved) == (90, 0)


def test_a_late_cost_is_charged_when_it_comes_and_what_is_in_doubt_stays_held():
    book = funded(100)
    book.reserve(RunId("run0"), 40)
    book.settle(RunId("run0"), 10, keep=20)
    assert (book.account.balance, book.account.reserved) == (90, 20)
    book.settle(RunId("run0"), 35)
    assert (book.account.balance, book.account.reserved) == (65, 0)
    book.settle(RunId("run0"), 80)
    assert (book.account.balance, book.account.reserved) == (20, 0)


def test_the_smaller_of_two_budgets_holds_until_the_day_is_over():
    book = funded(1_000)
    book.obey(SetBudget(daily=500))
    book.obey(SetBudget(daily=100, admin=True))
    book.reserve(RunId("run0"), 80)
    book.settle(RunId("run0"), 80)
    with pytest.raises(Rejected) as no:
        book.reserve(RunId("run1"), 30)
    assert no.value.rejection.reason == Reason.BUDGET_EXCEEDED
    book.now += timedelta(hours=12)
    book.reserve(RunId("run1"), 30)
    with pytest.raises(Rejected, match="project"):
        book.reserve(RunId("run2"), 30, daily=50)


def test_a_run_that_was_forgotten_is_remembered_by_the_whole_log():
    book = funded(100)
    book.account = replace(book.account, remembers=1)
    for name in ("run0", "run1", "run2"):
        book.reserve(RunId(name), 5)
        book.settle(RunId(name), 5)
    assert list(book.account.settled) == ["run2"]
