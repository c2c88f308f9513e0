"""Everything is killed once, and cut off, in the middle of its work. For more: `make chaos`."""

import asyncio

import pytest

from chaos.calm import undisturbed
from chaos.driver import Chaos, Trouble, installation
from chaos.jobs import faults, jobs
from chaos.schedule import BRIEFLY, LINKS, SERVERS, each_once, schedule

SEED = 20
EVERY_S = 0.5
SECONDS = 5.0
RUNS = 8


@pytest.mark.slow
def test_whatever_is_killed_or_cut_off_every_run_makes_what_it_should_and_nothing_is_paid_twice(stack, tmp_path):
    works = jobs(SEED, SECONDS, RUNS)
    calm = asyncio.run(undisturbed(stack.url, works))
    with installation(tmp_path) as house:
        house.vendor.takes(0.4)
        trouble = Trouble([*each_once(SEED, EVERY_S), *BRIEFLY], faults(SEED, SECONDS))
        report = asyncio.run(Chaos(house, works, calm, trouble, print).run())
    assert report.wrong == []
    assert (report.kills, report.cuts) == (8, len(BRIEFLY))
    assert report.states == {"completed": RUNS}
    assert report.doubts == []


def test_the_same_seed_is_the_same_story():
    assert list(map(str, schedule(7, 30))) == list(map(str, schedule(7, 30)))
    assert schedule(7, 30) == schedule(7, 30) != schedule(8, 30)
    assert jobs(7, 30, 30) == jobs(7, 30, 30) != jobs(8, 30, 30)
    assert faults(7, 30) == faults(7, 30) != faults(8, 30)


def test_a_blow_says_what_it_does():
    told = {str(blow).strip() for blow in BRIEFLY}
    assert "0.70 s  cut orchestrator-1 from nats for 1.00 s" in told
    assert "0.40 s  stall image-worker from nats for 4.00 s, losing what is under way" in told


def test_a_long_schedule_has_blows_of_every_kind_for_everyone():
    blows = schedule(7, 3_000)
    assert {blow.kind for blow in blows} == {"kill", "freeze", "cut", "stall"}
    struck = {link for blow in blows if blow.kind in {"cut", "stall"} for link in blow.links()}
    assert struck == {(service, server) for service, servers in LINKS.items() for server in servers}
    assert {server for _, server in struck} == set(SERVERS)
