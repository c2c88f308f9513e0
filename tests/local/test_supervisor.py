"""Real child processes, small ones."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from groove_local.supervisor import Backoff, Supervisor
from groove_local.trouble import CannotStart
from local.keeper import QUIET, STUBBORN, program
from local.waiting import alive, pid_in, until, until_now

QUICK = Backoff(first_s=0.02, longest_s=0.05)
WITH_GRANDCHILD = "import os, time; os.fork() and print('born', flush=True); time.sleep(600)"


def into(said):
    """Keeps what is told to a person."""
    return lambda text, *_, **__: said.append(text)


async def test_a_dead_process_is_started_again(tmp_path):
    async with Supervisor(tmp_path, backoff=QUICK) as supervisor:
        await supervisor.start([program("one")])
        killed = supervisor.kill("one")
        await until(lambda: supervisor.pid("one") not in (None, killed))
        assert pid_in(tmp_path, "one") == supervisor.pid("one")


async def test_the_pauses_between_restarts_grow_up_to_a_limit(tmp_path):
    said = []
    async with Supervisor(tmp_path, into(said), QUICK) as supervisor:
        await supervisor.start([program("dying", "raise SystemExit(3)", ready=_was_born(tmp_path))])
        await until(lambda: len(said) >= 5)
    pauses = [line.split(" in ")[1].split(" s ")[0] for line in said[1:5]]
    assert pauses == ["0.02", "0.04", "0.05", "0.05"]
    assert "exited with code 3" in said[1]


async def test_a_process_that_lived_long_enough_is_trusted_again(tmp_path):
    said = []
    async with Supervisor(tmp_path, into(said), Backoff(first_s=0.02, longest_s=1, healthy_s=0)) as supervisor:
        await supervisor.start([program("one")])
        for deaths in (1, 2, 3):
            supervisor.kill("one")
            await until(lambda n=deaths: len(said) == n + 1 and supervisor.pid("one"))
    assert all("in 0.02 s" in line for line in said[1:])


async def test_stopping_leaves_no_process_and_no_pid_file(tmp_path):
    async with Supervisor(tmp_path) as supervisor:
        await supervisor.start([program("quiet"), program("stubborn", STUBBORN, grace_s=0.2)])
        pids = [supervisor.pid(name) for name in supervisor.names()]
        assert all(alive(pid) for pid in pids)
    assert not any(alive(pid) for pid in pids)
    assert list((tmp_path / "run").glob("*.pid")) == []


async def test_what_a_killed_process_had_started_ends_with_it(tmp_path):
    async with Supervisor(tmp_path, backoff=QUICK) as supervisor:
        await supervisor.start([program("parent", WITH_GRANDCHILD)])
        log = tmp_path / "log" / "parent.log"
        await until(lambda: log.exists() and "born" in log.read_text())
        group = supervisor.kill("parent")
        await until(lambda: not _group_exists(group))


async def test_the_highest_stage_stops_first(tmp_path):
    order = []
    async with Supervisor(tmp_path) as supervisor:
        await supervisor.start(
            program(name, stage=stage, tidy=lambda name=name: order.append(name))
            for name, stage in (("server", 0), ("door", 3), ("decider", 1))
        )
    assert order == ["door", "decider", "server"]


async def test_a_program_that_dies_at_start_says_why_and_takes_the_others_along(tmp_path):
    async with Supervisor(tmp_path) as supervisor:
        with pytest.raises(CannotStart) as caught:
            await supervisor.start([program("well"), program("ill", "raise OSError('no room')", ready=_never)])
        assert "ill did not start" in str(caught.value)
        assert "no room" in caught.value.why
        assert str(tmp_path / "log" / "ill.log") in caught.value.remedy
        assert list((tmp_path / "run").glob("*.pid")) == []


async def test_a_second_supervisor_of_the_same_data_is_refused_by_name(tmp_path):
    async with Supervisor(tmp_path):
        with pytest.raises(CannotStart, match=f"in use by a running supervisor .pid {os.getpid()}"):
            await Supervisor(tmp_path).__aenter__()
    async with Supervisor(tmp_path):
        pass


async def test_a_stale_pid_file_harms_nobody(tmp_path):
    with _another_process() as bystander:
        run = tmp_path / "run"
        run.mkdir()
        (run / "gateway.pid").write_text(f"{bystander.pid}\n")
        os.utime(run / "gateway.pid", (1, 1))  # written long before the bystander was born
        (run / "text-worker.pid").write_text("99999999\n")
        async with Supervisor(tmp_path):
            assert list(run.glob("*.pid")) == []
        assert bystander.poll() is None
        bystander.kill()


async def test_what_an_earlier_supervisor_left_running_is_ended(tmp_path):
    with _another_process() as leftover:
        run = tmp_path / "run"
        run.mkdir()
        (run / "gateway.pid").write_text(f"{leftover.pid}\n")
        async with Supervisor(tmp_path):
            assert leftover.wait(5) != 0


@pytest.mark.parametrize("kernel_helps", [True, False], ids=["kernel", "watchdog"])
def test_nothing_survives_a_supervisor_that_was_killed(tmp_path, kernel_helps):
    keeper = _keeper(tmp_path, {} if kernel_helps else {"PATH": str(tmp_path)})
    pids = [pid_in(tmp_path, name) for name in ("quiet", "stubborn")]
    assert all(alive(pid) for pid in pids)
    until_now(lambda: all(_is_itself(pid) for pid in pids))
    keeper.kill()
    keeper.communicate()
    until_now(lambda: not any(alive(pid) for pid in pids))


def test_ctrl_c_twice_stops_everything_once_and_in_order(tmp_path):
    keeper = _keeper(tmp_path)
    pids = [pid_in(tmp_path, name) for name in ("quiet", "stubborn")]
    keeper.send_signal(signal.SIGINT)
    assert "stopping" in (keeper.stdout.readline() + keeper.stdout.readline())
    keeper.send_signal(signal.SIGINT)
    rest, _ = keeper.communicate(timeout=10)
    assert "still stopping" in rest
    assert rest.endswith("all stopped\n")
    assert keeper.returncode == 0
    assert not any(alive(pid) for pid in pids)


def _is_itself(pid):
    """It has become what it was started as: before that, the kernel has not been told whose death it shall follow."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().startswith(sys.executable.encode() + b"\0-I\0-S\0-c\0")


def _keeper(data, env=None):
    """A supervisor in a process of its own, when it has started everything."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("keeper.py")), str(data)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **(env or {})},
    )
    for line in process.stdout:
        if line == "keeping\n":
            break
    return process


def _another_process():
    return subprocess.Popen([sys.executable, "-c", QUIET], start_new_session=True, stderr=subprocess.DEVNULL)


def _was_born(data):
    async def ready(_pid):
        return None if (data / "run" / "dying.pid").exists() else "its birth"

    return ready


async def _never(_pid):
    return "something that never comes"


def _group_exists(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
