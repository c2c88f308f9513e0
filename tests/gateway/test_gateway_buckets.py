"""Buckets of tokens that gateways share: never more than there are, whoever asks and how often."""

import asyncio
from datetime import timedelta

import pytest

from gateway.database import migrate, open_database
from gateway.library.buckets import Buckets
from gateway.limits.limiter import Limiter, TooMany
from gateway.limits.rate import Policy, Verdict, parse
from kit.clock import utc_now

GATEWAYS = 2


class Timed(Buckets):
    """By a clock that the test sets, and with a look at how often the database was asked."""

    at = utc_now()
    asked = 0
    gone = False

    async def take(self, name, size, wanted, at=None):
        self.asked += 1
        if self.gone:
            raise ConnectionError("the database is away")
        return await super().take(name, size, wanted, at or self.at)


@pytest.fixture(scope="module")
def url(new_database):
    return new_database()


@pytest.fixture
async def buckets(url):
    engine = open_database(url)
    await migrate(engine)
    yield Timed(engine)
    await engine.dispose()


class Gateways:
    """Several, at one database and one moment."""

    def __init__(self, buckets, policy, count=GATEWAYS):
        self.buckets, self.policy, self.now = buckets, policy, 1_000.0
        self.all = [Limiter(buckets, policy, now=lambda: self.now) for _ in range(count)]

    def later(self, seconds):
        self.now += seconds
        self.buckets.at += timedelta(seconds=seconds)

    async def spend(self, times, who, *which):
        asked = [self.all[n].spend(self.policy, who) for _ in range(times) for n in which or range(len(self.all))]
        return sum(verdict.allowed for verdict in await asyncio.gather(*asked))


async def test_a_full_bucket_gives_what_it_holds_and_then_what_flows_in(buckets, word):
    size = (10.0, 0.5)
    assert (await buckets.take(word, size, 4)).tokens == 4
    taken = await buckets.take(word, size, 9)
    assert (taken.tokens, taken.left) == (6, 0)
    buckets.at += timedelta(seconds=5)
    taken = await buckets.take(word, size, 9)
    assert (taken.tokens, taken.left) == (2, 0.5)
    buckets.at += timedelta(days=1)
    assert (await buckets.take(word, size, 99)).tokens == 10
    await buckets.give_back(word, 10, 3)
    await buckets.give_back(word, 10, 30)
    assert (await buckets.take(word, size, 99)).tokens == 10


async def test_a_clock_that_goes_back_fills_nothing(buckets, word):
    await buckets.take(word, (10, 1), 10)
    buckets.at -= timedelta(hours=1)
    assert (await buckets.take(word, (10, 1), 1)).tokens == 0
    buckets.at += timedelta(hours=1, seconds=2)
    assert (await buckets.take(word, (10, 1), 9)).tokens == 2


async def test_two_gateways_together_admit_what_one_bucket_holds(buckets, word):
    gateways = Gateways(buckets, Policy("requests", 100, 100))
    assert await gateways.spend(300, word) == 100
    gateways.later(7)
    assert await gateways.spend(300, word) == 7


async def test_what_gateways_hold_when_the_bucket_is_full_again_is_all_that_goes_beyond_it(buckets, word):
    """The bound that docs/limits.md states: the quota, and one lease for each gateway."""
    policy = Policy("requests", 100, 100)
    gateways = Gateways(buckets, policy)
    assert await gateways.spend(1, word) == GATEWAYS
    gateways.later(100)
    admitted = await gateways.spend(300, word)
    assert 100 < admitted <= 100 + GATEWAYS * policy.lease


async def test_what_is_not_used_for_a_while_goes_back_so_that_another_gateway_can_use_it(buckets, word):
    gateways = Gateways(buckets, Policy("requests", 100, 100_000))
    await gateways.spend(1, word, 0)
    await gateways.all[0].give_back(10)
    assert await gateways.spend(300, word, 1) == 95
    gateways.later(1_500)
    await gateways.all[0].give_back(10)
    assert await gateways.spend(300, word, 1) == 4 + 1, "four came back, and one flowed in"


async def test_most_requests_ask_no_database(buckets, word):
    gateways = Gateways(buckets, Policy("requests", 600, 60), count=1)
    assert await gateways.spend(600, word) == 600
    assert buckets.asked == 20
    assert await gateways.spend(600, word) == 0
    assert buckets.asked == 21, "that there are none is known until there is one again"


async def test_users_do_not_take_from_each_other(buckets, word):
    gateways = Gateways(buckets, Policy("requests", 3, 100))
    assert [await gateways.spend(9, word + who) for who in ("a", "b")] == [3, 3]


async def test_while_the_database_is_away_nobody_is_turned_away(buckets, word):
    gateways = Gateways(buckets, Policy("requests", 3, 100), count=1)
    buckets.gone = True
    assert await gateways.spend(50, word) == 50
    assert buckets.asked == 1
    buckets.gone = False
    gateways.later(2)
    assert await gateways.spend(50, word) == 3


async def test_full_buckets_are_forgotten(buckets, word):
    await buckets.take(word, (3, 1), 3)
    buckets.at += timedelta(days=1)
    await buckets.forget(timedelta(hours=2), buckets.at)
    assert (await buckets.take(word, (3, 1), 9, buckets.at - timedelta(days=1))).tokens == 3


def test_so_many_streams_and_no_more(buckets):
    limiter = Limiter(buckets, streams=2)
    with limiter.stream("anna"), limiter.stream("anna"), limiter.stream("ben"):
        with pytest.raises(TooMany), limiter.stream("anna"):
            pass
        with limiter.stream("ben"):
            pass
    with limiter.stream("anna"):
        assert limiter._open == {"anna": 1}


@pytest.mark.parametrize("written", ["", "600", "0/60", "600/0", "-1/60", "1.5/60", "many/60", "9999999999/1"])
def test_what_is_no_rate_is_refused(written):
    with pytest.raises(ValueError, match="is no rate"):
        parse("requests", written)


def test_rates_are_said_as_the_draft_has_them():
    policy = parse("requests", "600/60")
    assert parse("requests", "off") is None
    assert policy.told == '"requests";q=600;w=60'
    assert Verdict(policy, allowed=True, left=595.5).told == '"requests";r=595;t=1'
    assert Verdict(parse("paid", "6/3600"), allowed=False, left=0.5).told == '"paid";r=0;t=300'
