"""Keys of users' own accounts, as a worker deals with them."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from contracts.failures import FailureKind
from contracts.work import Failed, InDoubt, Succeeded
from kit.errors import Unavailable
from kit.slots import Slots
from providers.fakes.http import Call, Reply, Server, answer
from providers.interface import Provider, ProviderError
from providers.redact import HIDDEN, Redactor
from providers.worker.accounts import Accounts
from providers.worker.keys import FRESH_S, Gateway, Given, Gone, Keyring, seat
from unit.worker import vendor
from unit.worker.world import SUBJECTS, World, task

MINE = {"account": "mine", "user_id": "anna"}
WHO = ("anna", "mine")


class Asked:
    """Stands in for the gateway."""

    def __init__(self) -> None:
        self.given: Given | Exception = Given("fake", None, SecretStr("first-key-0123"))
        self.asked: list[tuple[str, str]] = []
        self.told: list[str | None] = []

    async def key(self, who: tuple[str, str]) -> Given:
        self.asked.append(who)
        if isinstance(self.given, Exception):
            raise self.given
        return self.given

    async def checked(self, who: tuple[str, str], error: str | None) -> None:
        assert who == WHO
        self.told.append(error)

    async def close(self) -> None:
        pass


class _Closing(vendor.Asked):
    def __init__(self, bench: "Bench") -> None:
        super().__init__(bench.worker.line, bench.here.vendor)
        self._bench = bench

    async def close(self) -> None:
        self._bench.closed += 1


class Bench:
    def __init__(self, here: World) -> None:
        self.here = here
        self.gateway = Asked()
        self.built: list[str] = []
        self.closed = 0
        self.now = 0.0
        self.keyring = Keyring(self._build, self.gateway, Redactor(), lambda: self.now)
        self.worker = here.worker(keyring=self.keyring, providers={})

    def _build(self, given: Given) -> Provider:
        self.built.append(given.key.get_secret_value())
        return _Closing(self)

    async def does(self, number: int) -> object:
        assert await self.here.deliver(self.worker, task(**MINE, node_id=f"n{number}")) == "acked"
        return (await self.here.reports())[-1]


@pytest.fixture
def at(world) -> Bench:
    return Bench(world(sync=True))


async def test_a_key_is_asked_for_once_a_minute_and_is_hidden_from_then_on(at: Bench) -> None:
    for number in range(3):
        assert isinstance(await at.does(number), Succeeded)
    assert (at.gateway.asked, at.built, at.gateway.told) == ([WHO], ["first-key-0123"], [None])
    assert at.keyring.redactor.known("it is first-key-0123.") == f"it is {HIDDEN}."
    at.now += FRESH_S
    assert isinstance(await at.does(3), Succeeded)
    assert (len(at.gateway.asked), at.built, at.closed) == (2, ["first-key-0123"], 0)


async def test_a_key_that_was_changed_is_used_after_a_minute(at: Bench) -> None:
    await at.does(1)
    at.gateway.given = Given("fake", None, SecretStr("second-key-0123"))
    await at.does(2)
    at.now += FRESH_S
    await at.does(3)
    assert (at.built, at.closed) == (["first-key-0123", "second-key-0123"], 1)


async def test_a_key_that_the_provider_does_not_take_is_asked_for_anew(at: Bench) -> None:
    await at.does(1)
    at.here.vendor.script.append(ProviderError(FailureKind.AUTH, "no", provider="fake"))
    failed = await at.does(2)
    assert isinstance(failed, Failed)
    assert failed.failure.kind is FailureKind.AUTH
    await at.does(3)
    assert (len(at.gateway.asked), at.gateway.told, at.closed) == (2, [None, "auth", None], 1)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (Gone("The account 'mine' is not there any more."), "not there any more. Nothing was sent."),
        (Given("google", None, SecretStr("another-key-01")), "is one at google, not at fake"),
    ],
)
async def test_without_the_key_nothing_is_sent_and_it_is_said_why(at: Bench, given: Given | Gone, says: str) -> None:
    at.gateway.given = given
    failed = await at.does(1)
    assert isinstance(failed, Failed)
    assert failed.failure.kind is FailureKind.NOT_CONFIGURED
    assert says in failed.failure.message
    assert at.here.vendor.taken == []


async def test_a_worker_that_is_not_told_where_to_ask_says_what_to_set(world) -> None:
    here = world(sync=True)
    await here.deliver(here.worker(), task(**MINE))
    (failed,) = [report for report in await here.reports() if isinstance(report, Failed)]
    assert "GROOVE_GATEWAY_URL" in failed.failure.message
    assert here.vendor.taken == [], "least of all with the installation's own key"


async def test_while_the_gateway_is_away_the_task_is_handed_back_and_no_try_is_used(at: Bench) -> None:
    at.gateway.given = Unavailable("the gateway is away")
    assert await at.here.deliver(at.worker, task(**MINE)) == "not now"
    assert await at.here.reports() == []


async def test_what_was_sent_with_a_key_that_is_gone_is_left_in_doubt(world) -> None:
    one = Bench(world())
    one.worker.line.cut_at = "before poll"
    assert await one.here.deliver(one.worker, task(**MINE)) == "dead"
    other = Bench(one.here)
    other.gateway.given = Gone("The account 'mine' is not there any more.")
    assert await one.here.deliver(other.worker, task(**MINE), 2) == "acked"
    ending = (await one.here.reports())[-1]
    assert isinstance(ending, InDoubt)
    assert "not there any more" in ending.failure.message
    assert len(one.here.vendor.taken) == 1


async def test_accounts_do_not_wait_for_each_others_places(world) -> None:
    here = world()
    mine, other = task(**MINE), task(account="other", user_id="anna")
    assert len({seat(task()), seat(mine), seat(other), seat(task(account="mine", user_id="ben"))}) == 4
    assert seat(task()) == "fake"
    assert "anna" not in seat(mine)

    def more(_provider: str, name: str) -> Slots:
        return Slots(here.log, SUBJECTS.provider_slots(name), 1, lease_s=15, now=lambda: here.time().timestamp())

    accounts = Accounts(here.log, SUBJECTS, {}, here.time, more)
    async with accounts.place("fake", "a", seat(mine)) as one, accounts.place("fake", "b", seat(mine)) as two:
        assert [await one.taken(), await two.taken()] == [True, False]
        async with accounts.place("fake", "c", seat(other)) as three:
            assert await three.taken()


class Door:
    """The gateway's side, in its bytes."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.reply = answer({"provider": "fake", "base": None, "key": "first-key-0123"})
        self.server = Server(self._say)

    async def _say(self, call: Call) -> Reply:
        self.calls.append(call)
        return self.reply


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    it = Door()
    await it.server.start()
    yield it
    await it.server.close()


async def test_the_gateway_is_asked_by_name_with_the_workers_token(door: Door) -> None:
    gateway = Gateway(door.server.url, SecretStr("badge-0123456789"))
    given = await gateway.key(("an/na", "mine"))
    assert given.key.get_secret_value() == "first-key-0123"
    assert "first-key" not in repr(given)
    (call,) = door.calls
    assert (call.path, call.headers["authorization"]) == (
        "/internal/accounts/an%2Fna/mine/key",
        "Bearer badge-0123456789",
    )
    for status, error in ((404, Gone), (409, Gone), (401, Unavailable), (429, Unavailable), (503, Unavailable)):
        door.reply = answer({"detail": "no"}, status)
        with pytest.raises(error):
            await gateway.key(WHO)
    door.reply = Reply(307, headers={"location": "http://127.0.0.1:1/"})
    with pytest.raises(Unavailable):
        await gateway.key(WHO)
    await door.server.close()
    with pytest.raises(Unavailable) as told:
        await gateway.key(WHO)
    assert "badge" not in str(told.value)
    await gateway.checked(WHO, None)
    await gateway.close()


@pytest.mark.parametrize("url", ["http://gateway.internal:8080", "http://10.0.0.1", "http://localhost.evil.test"])
async def test_a_token_does_not_travel_in_the_open(url: str) -> None:
    with pytest.raises(ValueError, match="plain http"):
        Gateway(url, SecretStr("badge-0123456789"))
    await Gateway(url, SecretStr("badge-0123456789"), over_http=True).close()
