import asyncio
import json
import sys

import pytest
from nats.aio.client import Client

from groove_local.stack import JETSTREAM
from kit.errors import Unreadable
from kit.log_jetstream import JetStreamLog
from kit.nats import connect
from kit.parked import REASON, Parking, origin
from kit.pull import Puller
from kit.settle import settle
from ports.conftest import Ground
from support.servers import unique


@pytest.fixture
async def nc(ground: Ground):
    client = await connect(ground.url, "parking")
    yield client
    await client.close()


async def test_what_cannot_be_read_is_parked_with_its_reason_and_can_be_sent_again(
    nc: Client, ground: Ground, name: str
):
    log, parking = JetStreamLog(nc, ground.stream("LOG")), Parking(nc, ground.prefix)
    subject = f"{ground.prefix}.cmd.6.run._.{name}"
    await log.append(subject, b"\xff not json", expected=None, event_id="c1", headers={"Schema": "1"})
    puller = Puller(nc, ground.stream("LOG"), "orch-6")
    delivery = await puller.take()
    assert delivery is not None

    async def unreadable() -> None:
        raise Unreadable("not JSON:\nline 1")

    assert await settle(delivery, unreadable, parking, ground.stream("LOG")) == "parked"
    (parked,) = [one for one in await parking.list() if one.subject == f"{ground.prefix}.parked.cmd.6.run._.{name}"]
    assert parked.headers[REASON] == "not JSON: line 1"
    assert parked.data == b"\xff not json"
    back, headers = origin(parked)
    assert (back, headers["Schema"]) == (subject, "1")
    assert not [header for header in headers if header.startswith(("Nats-", "Groove-Parked-"))]
    assert await parking.find(parked.seq) == parked
    await parking.remove(parked.seq)
    assert await parking.find(parked.seq) is None
    await puller.close()


async def provision_command(*arguments: str) -> tuple[int, str, str]:
    command = (sys.executable, "-m", "kit.provision", *arguments)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_the_provisioning_command_says_what_it_did(nats_url: str, nc: Client):
    prefix = unique()
    status, out, _ = await provision_command("--nats", nats_url, "--prefix", prefix, str(JETSTREAM))
    assert status == 0
    created = json.loads(out)["created"]
    assert f"consumer {prefix.upper()}_LOG/orch-7" in created
    for label in created:
        if label.startswith("stream "):
            await nc.jetstream().delete_stream(label.removeprefix("stream "))


async def test_the_provisioning_command_fails_with_the_reason():
    status, _, err = await provision_command("--nats", "nats://127.0.0.1:1", str(JETSTREAM))
    assert status == 1
    assert "no NATS server answers at nats://127.0.0.1:1" in err
