"""When a webhook is tried again, and when no more."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from gateway.webhooks.schedule import HOPELESS, WAITS_S, Outcome, judge, wait
from gateway.webhooks.vault import Vault, new_secret
from kit.sealing import SecretKeys

NOW = datetime(2026, 11, 21, tzinfo=UTC)
FAILED = Outcome(500, "It answered with status 500.")
GOOD = Outcome(204, None)


def test_success_ends_it_and_clears_the_record():
    verdict = judge(GOOD, 3, NOW - timedelta(days=4), NOW, Random(1))
    assert (verdict.state, verdict.failing_since, verdict.disable) == ("delivered", None, None)


@given(st.integers(1, len(WAITS_S)), st.integers())
def test_each_wait_is_the_planned_one_give_or_take_a_fifth(tries, seed):
    waited = wait(tries, None, Random(seed)).total_seconds()
    assert 0.8 * WAITS_S[tries - 1] <= waited <= 1.2 * WAITS_S[tries - 1]


def test_an_endpoint_that_asks_for_time_gets_it_up_to_a_day():
    assert wait(1, 120, Random(1)) == timedelta(seconds=120)
    assert wait(1, 10**9, Random(1)) == timedelta(days=1)
    assert wait(3, 1, Random(1)) > timedelta(minutes=20)


def test_the_attempts_span_more_than_five_days_and_come_to_an_end():
    assert sum(WAITS_S) > HOPELESS.total_seconds()
    assert judge(FAILED, len(WAITS_S), None, NOW, Random(1)).state == "pending"
    assert judge(FAILED, len(WAITS_S) + 1, None, NOW, Random(1)).state == "failed"


def test_five_days_of_nothing_but_failure_disable_and_not_a_moment_less():
    assert judge(FAILED, 2, NOW - HOPELESS + timedelta(seconds=1), NOW, Random(1)).disable is None
    verdict = judge(FAILED, 2, NOW - HOPELESS, NOW, Random(1))
    assert verdict.state == "failed"
    assert "5 days" in (verdict.disable or "")
    assert "500" in (verdict.disable or "")


def test_gone_disables_at_once():
    assert "410" in (judge(Outcome(410, "x"), 1, None, NOW, Random(1)).disable or "")


def test_secrets_are_sealed_where_there_is_a_key_and_can_be_put_under_another():
    old = "b2xk" + "A" * 39 + "="
    new = "bmV3" + "B" * 39 + "="
    first = Vault(SecretKeys.parse(SecretStr(f"old:{old}")))
    both = Vault(SecretKeys.parse(SecretStr(f"new:{new},old:{old}")))
    secret = new_secret()
    kept = first.kept("w", secret)
    assert secret.removeprefix("whsec_") not in kept
    renewed = both.renewed("w", kept)
    assert renewed != kept
    assert Vault(SecretKeys.parse(SecretStr(f"new:{new}"))).opened("w", renewed) == secret
    assert both.opened("w", both.renewed("w", secret)) == secret  # kept from before there was a key
