"""Everything is killed once, in the middle of its work. For more: `PYTHONPATH=tests python -m chaos.driver --help`."""

import asyncio

import pytest

from chaos.driver import Chaos, Trouble, installation
from chaos.jobs import faults, jobs
from chaos.schedule import each_once, schedule

SEED = 20
EVERY_S = 0.5
SECONDS = 5.0
RUNS = 8


@pytest.mark.slow
def test_whatever_is_killed_every_run_completes_and_nothing_is_paid_twice(tmp_path):
    with installation(tmp_path) as (stack, vendor):
        vendor.takes(0.4)
        trouble = Trouble(each_once(SEED, EVERY_S), faults(SEED, SECONDS))
        report = asyncio.run(Chaos(stack, vendor, jobs(SEED, SECONDS, RUNS), trouble, print).run())
    assert report.wrong == []
    assert report.kills == len(trouble.blows)
    assert report.states == {"completed": RUNS}


def test_the_same_seed_is_the_same_story():
    assert schedule(7, 30) == schedule(7, 30) != schedule(8, 30)
    assert jobs(7, 30, 30) == jobs(7, 30, 30) != jobs(8, 30, 30)
    assert faults(7, 30) == faults(7, 30) != faults(8, 30)
