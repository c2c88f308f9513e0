"""The NATS server itself keeps the law that each fact has one writer: these users are those of the shared stack."""

import asyncio
from contextlib import asynccontextmanager
from functools import partial

import nats.errors
import pytest

from contracts.permissions import SERVICES, inbox, permissions
from contracts.subjects import Subjects
from kit.errors import Unavailable
from kit.log_jetstream import JetStreamLog, LeaderLog
from kit.nats import Connection, Login, connect
from kit.nats_users import Users, write
from kit.nkeys import new_seed, sign
from support.acts import api_of_everything, covers, may_say, spoken
from support.bus import arrived

HEARD = 30
ELSEWHERE = ["$SYS.REQ.SERVER.PING", "$SYS.ACCOUNT.x.CONNECT", "other.evt.0.run.p.r", "_INBOX.x", "$JS.API.INFO"]


@pytest.fixture
def users(real_servers, nats_url) -> Users:
    del nats_url  # it is up
    return real_servers.users


@asynccontextmanager
async def signed_in(users, url, service):
    """A connection, and everything that the server has refused it, in small letters."""
    refused: list[str] = []

    async def heard(error: Exception) -> None:
        refused.append(str(error))

    nc = Connection()
    login = Login(service, users.seeds[service])
    nc.sign_in(login)
    signing = partial(sign, login.seed)
    await nc.connect(url, signature_cb=signing, inbox_prefix=inbox(service), error_cb=heard)
    try:
        yield nc, refused
    finally:
        await nc.close()


async def all_of(refused: list[str], wanted: int) -> None:
    async with asyncio.timeout(HEARD):
        while len(refused) < wanted:  # noqa: ASYNC110  the library tells by a callback
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("service", SERVICES)
async def test_whatever_is_not_its_own_is_refused_by_the_server(users, nats_url, service):
    subjects = Subjects(users.prefix)
    allowed = permissions(service, subjects)
    others = [f"{inbox(other)}.x" for other in SERVICES if other != service]
    everything = [*spoken(subjects), *api_of_everything(subjects), *others, *ELSEWHERE]
    forbidden = {subject for subject in everything if not may_say(allowed, subject)}
    async with signed_in(users, nats_url, service) as (nc, refused):
        for subject in forbidden:
            await nc.publish(subject, b"{}")
        await all_of(refused, len(forbidden))
        await arrived(nc)
    assert {line.split('"')[1] for line in refused} == {subject.lower() for subject in forbidden}


@pytest.mark.parametrize("service", SERVICES)
async def test_nobody_listens_in(users, nats_url, service):
    subjects = Subjects(users.prefix)
    allowed = permissions(service, subjects)
    families = ("cmd", "evt", "rpt", "imp", "task", "at", "due", "open", "snap", "parked", "slot", "pause")
    wide = [">", "*", "$SYS.>", "$JS.>", "_INBOX.>", f"{users.prefix}.>"]
    wide += [f"{users.prefix}.{family}.>" for family in families]
    wide += [f"{inbox(other)}.>" for other in SERVICES if other != service]
    wide += [one for one in spoken(subjects) if not any(covers(ours, one) for ours in allowed.subscribe)]
    async with signed_in(users, nats_url, service) as (nc, refused):
        for subject in wide:
            await nc.subscribe(subject)
        await all_of(refused, len(wide))


async def test_a_log_cannot_be_purged_or_taken_away_by_anybody(users, nats_url, stack):
    subjects = Subjects(users.prefix)
    before = await _last(users, nats_url, stack)
    for service in SERVICES:
        async with signed_in(users, nats_url, service) as (nc, refused):
            for call in ("PURGE", "DELETE", "MSG.DELETE"):
                with pytest.raises(nats.errors.TimeoutError):
                    await nc.request(f"$JS.API.STREAM.{call}.{subjects.log}", b"", timeout=0.05)
            await all_of(refused, 3)
    assert await _last(users, nats_url, stack) >= before


async def _last(users, nats_url, stack) -> int:
    del stack  # its streams are there
    nc = await connect(nats_url, "test", Login("operator", users.seeds["operator"]))
    try:
        return await JetStreamLog(nc, Subjects(users.prefix).log).last_seq()
    finally:
        await nc.close()


async def test_with_another_key_or_none_nobody_comes_in(tmp_path):
    from groove_local.servers import end_all, start_nats

    child, url = await start_nats(tmp_path, {}, users=Users.kept(tmp_path / "nats", "groove"))
    try:
        for login in (None, Login("gateway", new_seed())):
            with pytest.raises(Unavailable, match="does not let us in"):
                await connect(url, "test", login, first_try_s=0.5)
        known = Users.kept(tmp_path / "nats", "groove")
        nc = await connect(url, "test", Login("gateway", known.seeds["gateway"]))
        await nc.close()
    finally:
        await end_all([child])


def test_keys_are_for_their_owner_alone_and_stay_the_same(tmp_path):
    files = write("groove", tmp_path)
    before = {file.name: file.read_text() for file in files}
    assert {file.read_text() for file in write("groove", tmp_path)} == set(before.values())
    secret = [tmp_path / "users.json", *(tmp_path / f"{service}.env" for service in SERVICES)]
    assert {file.stat().st_mode & 0o777 for file in secret} == {0o600}
    seeds = Users.kept(tmp_path, "groove").seeds
    assert not any(seed in (tmp_path / "authorization.conf").read_text() for seed in seeds.values())
    assert not any(seed in repr(Users.kept(tmp_path, "groove")) for seed in seeds.values())


async def test_the_trap_a_direct_get_carries_bytes_to_wherever_it_is_told(bus, prefix):
    """So workers, who write reports, may not ask for one: `LeaderLog` gives them nothing to send elsewhere."""
    subjects = Subjects(prefix)
    log, there = JetStreamLog(bus, subjects.log), subjects.events("run", "p", "r2")
    subject = subjects.report("p", "r", "n")
    await log.append(subject, b"a report that looks like a decision", expected=0, event_id="e1")
    await bus.publish(f"$JS.API.DIRECT.GET.{subjects.log}.{subject}", b"", reply=there)
    async with asyncio.timeout(HEARD):
        while (copied := await log.last(there)) is None:
            await arrived(bus)
    assert copied.data == b"a report that looks like a decision"


async def test_who_reads_at_the_leader_reads_the_same(bus, prefix):
    subjects = Subjects(prefix)
    log, leader = JetStreamLog(bus, subjects.log), LeaderLog(bus, subjects.log)
    for n, node in enumerate("aba"):
        await log.append(subjects.report("p", "r", node), b"x" * n, expected=None, event_id=f"e{n}")
    every = subjects.report("p", "r", "*")
    for after in (0, 1, 3):
        assert [r.id for r in await leader.read(every, after=after)] == [
            r.id for r in await log.read(every, after=after)
        ]
    one = subjects.report("p", "r", "a")
    assert (await leader.last(one)).id == "e2"
    assert await leader.last(subjects.report("p", "r", "z")) is None


def test_the_command_writes_what_the_server_and_each_service_need(tmp_path):
    from typer.testing import CliRunner

    from groove.cli import app

    done = CliRunner().invoke(app, ["nats-users", "--prefix", "studio", "--out", str(tmp_path), "--json"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "image-worker.env").read_text().startswith("GROOVE_NATS_USER=image-worker\nGROOVE_NATS_SEED=SU")
    assert "studio.rpt.*.*.*.*" in (tmp_path / "authorization.conf").read_text()
