"""`groove rebuild`, as a process beside a gateway that serves."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest
from gateway_house import house_in_a_thread, housing, settings_for
from test_gateway_runs import WORKFLOW, finish, seen

from support.servers import unique


@pytest.fixture(scope="module")
def settings(nats_url, new_database, s3):
    return settings_for(nats_url, new_database(), s3, unique(), answer_timeout_s=5)


@pytest.fixture(scope="module")
def house(settings):
    with house_in_a_thread(settings, housing) as it:
        yield it


class Command:
    """The command, with the environment of the house."""

    def __init__(self, settings):
        self.url = settings.postgres_url.get_secret_value()
        self.env = {
            **os.environ,
            "GROOVE_NATS_URL": settings.nats_url,
            "GROOVE_PREFIX": settings.prefix,
            "GROOVE_POSTGRES_URL": self.url,
        }

    def start(self, *args):
        groove = Path(sys.executable).with_name("groove")
        return subprocess.Popen(
            [groove, "rebuild", *args], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *args):
        process = self.start(*args)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err


@pytest.fixture
def groove(settings):
    return Command(settings)


@pytest.fixture
def run(api, house):
    run = api.post("/api/executions", json={"graph": WORKFLOW}).json()["id"]
    seen(house, finish(house, run))
    return run


async def asked(url, *statements):
    connection = await asyncpg.connect(url)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetch(statements[-1])
    finally:
        await connection.close()


SPOIL = "UPDATE views.executions SET cost = 99"


def test_it_checks_mends_and_the_gateway_goes_on_serving(house, api, groove, run):
    before = api.get(f"/api/executions/{run}").json()
    code, out, err = groove.run("--check")
    assert (code, err) == (0, "")
    assert "The views were equal to the log" in out
    house.do(asked(groove.url, SPOIL, "SELECT 1"))
    code, out, _ = groove.run("--check")
    assert code == 1
    assert f"executions {run}: cost is 99, should be 7" in out
    assert "groove rebuild" in out
    code, out, _ = groove.run("--json")
    said = json.loads(out)
    assert code == 0
    assert said["swapped"]
    assert said["differing"] == {"executions": 1}
    assert said["rows_differing"][0]["rebuilt"] == {"cost": 7}
    assert said["events_per_s"] > 0
    assert api.get(f"/api/executions/{run}").json() == before
    again = api.post("/api/executions", json={"graph": WORKFLOW}).json()["id"]
    seen(house, finish(house, again))
    assert groove.run("--check")[0] == 0


def test_killed_in_the_middle_it_changes_nothing_and_may_be_run_again(house, api, groove, run):
    fresh = "SELECT count(*) AS n FROM pg_namespace WHERE nspname = 'views_fresh'"

    async def killed_in_the_middle():
        holder = await asyncpg.connect(groove.url)
        async with holder.transaction():
            await holder.execute("LOCK TABLE views.checkpoint IN ROW EXCLUSIVE MODE")
            process = groove.start()
            give_up = time.monotonic() + 30
            while not await holder.fetchval(fresh):
                assert time.monotonic() < give_up, process.communicate()
            process.send_signal(signal.SIGKILL)
            process.communicate()
        await holder.close()

    house.do(killed_in_the_middle())
    assert house.do(asked(groove.url, fresh))[0]["n"] == 1
    assert api.get(f"/api/executions/{run}").json()["state"] == "completed"
    code, out, err = groove.run()
    assert (code, err) == (0, ""), out
    assert house.do(asked(groove.url, fresh))[0]["n"] == 0


def test_what_is_not_there_is_said_in_a_sentence(groove):
    groove.env["GROOVE_POSTGRES_URL"] = "postgresql://nobody:secret@127.0.0.1:1/nothing"
    code, out, err = groove.run()
    assert code == 4
    assert out == ""
    assert err.startswith("error: ")
    assert "secret" not in err
