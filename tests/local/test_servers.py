"""nats-server, PostgreSQL and SeaweedFS as they are started on this machine."""

import asyncio
import os
import socket

import asyncpg
import nats
import obstore
import pytest
from obstore.store import S3Store

from groove_local.ports import free_port, require_free
from groove_local.process import Child
from groove_local.servers import end_all, start_all, start_nats, start_postgres
from groove_local.servers import nats as nats_server
from groove_local.supervisor import Backoff, Supervisor
from groove_local.trouble import CannotStart
from local.waiting import alive, pid_in, until


async def test_what_was_stored_is_there_after_a_kill_and_a_new_start_whatever_the_directory_is_called(tmp_path):
    data = tmp_path / 'Ein "schöner" Ort ☃'
    addresses, children = await start_all(data, os.environ)
    await _store(addresses)
    for child in children:
        os.killpg(child.pid, 9)
        await child.exited()
    addresses, children = await start_all(data, os.environ)
    assert await _stored(addresses) == ("note", "note", b"note")
    await end_all(children)
    assert not (data / "run" / "nats.pid").exists()


async def test_a_killed_server_comes_back_on_the_same_port(tmp_path):
    async with Supervisor(tmp_path, backoff=Backoff(first_s=0.02)) as supervisor:
        child, url = await start_nats(tmp_path, os.environ)
        supervisor.adopt(child)
        killed = supervisor.kill("nats")
        await until(lambda: supervisor.pid("nats") not in (None, killed))
        await supervisor.ready("nats", 10)
        client = await nats.connect(url)
        await client.close()


async def test_all_secrets_are_for_the_owner_alone(tmp_path):
    _, children = await start_all(tmp_path, os.environ)
    await end_all(children)
    secrets = [tmp_path / "postgres" / "password", tmp_path / "s3" / "s3.json"]
    assert [path.stat().st_mode & 0o777 for path in secrets] == [0o600, 0o600]


async def test_a_taken_port_is_noticed_and_another_one_tried(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        program, _ = nats_server.prepare(tmp_path, os.environ)
        config = tmp_path / "nats" / "nats.conf"
        config.write_text(f"{config.read_text()}\nport: {other.getsockname()[1]}\n")
        child = Child(program, tmp_path)
        child.spawn()
        await child.exited()
        assert "address already in use" in child.last_words()
    child, _ = await start_nats(tmp_path, os.environ)
    await child.end()


async def test_a_broken_store_says_which_server_why_and_what_to_do(tmp_path):
    (tmp_path / "nats").mkdir()
    (tmp_path / "nats" / "store").write_text("this is no directory")
    with pytest.raises(CannotStart) as caught:
        await start_nats(tmp_path, os.environ)
    assert "nats did not start" in str(caught.value)
    assert "storage directory is not a directory" in caught.value.why
    assert "DATA/nats" in caught.value.remedy


async def test_a_cluster_of_another_postgres_is_refused_in_its_own_words(tmp_path):
    child, _ = await start_postgres(tmp_path, os.environ)
    await child.end()
    (tmp_path / "postgres" / "cluster" / "PG_VERSION").write_text("12\n")
    with pytest.raises(CannotStart, match="postgres did not start"):
        await start_postgres(tmp_path, os.environ)


async def test_an_interrupted_first_start_of_postgres_is_done_again(tmp_path):
    child, _ = await start_postgres(tmp_path, os.environ)
    await child.end()
    cluster = tmp_path / "postgres" / "cluster"
    (cluster / "PG_VERSION").unlink()
    child, url = await start_postgres(tmp_path, os.environ)
    connection = await asyncpg.connect(url)
    await connection.close()
    await child.end()


async def test_one_failing_server_takes_the_others_along(tmp_path):
    (tmp_path / "nats").mkdir()
    (tmp_path / "nats" / "store").write_text("this is no directory")
    with pytest.raises(CannotStart, match="nats"):
        await start_all(tmp_path, os.environ)
    assert list((tmp_path / "run").glob("*.pid")) == []


async def test_a_start_that_is_called_off_leaves_nothing(tmp_path):
    starting = asyncio.create_task(start_all(tmp_path, os.environ))
    await until(lambda: pid_in(tmp_path, "nats") and pid_in(tmp_path, "seaweedfs"))
    pids = [pid_in(tmp_path, name) for name in ("nats", "seaweedfs")]
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert list((tmp_path / "run").glob("*.pid")) == []
    assert not any(alive(pid) for pid in pids)


def test_a_taken_port_names_its_holder_and_another_port():
    with socket.socket() as other:
        port = free_port()
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(CannotStart) as caught:
            require_free(port)
    assert f"port {port} on 127.0.0.1 is taken" in caught.value.why
    assert f"(pid {os.getpid()})" in caught.value.why
    assert "make up PORT=" in caught.value.remedy


async def _store(addresses):
    client = await nats.connect(addresses.nats_url)
    jetstream = client.jetstream()
    await jetstream.add_stream(name="KEPT", subjects=["kept"])
    await jetstream.publish("kept", b"note")
    connection = await asyncpg.connect(addresses.postgres_url)
    await connection.execute("create table kept (note text)")
    await connection.execute("insert into kept values ('note')")
    await obstore.put_async(_bucket(addresses.s3), "kept", b"note")
    await asyncio.gather(client.close(), connection.close())


async def _stored(addresses):
    client = await nats.connect(addresses.nats_url)
    message = await client.jetstream().get_msg("KEPT", seq=1)
    connection = await asyncpg.connect(addresses.postgres_url)
    row = await connection.fetchval("select note from kept")
    stored = await (await obstore.get_async(_bucket(addresses.s3), "kept")).bytes_async()
    await asyncio.gather(client.close(), connection.close())
    return message.data.decode(), row, bytes(stored)


def _bucket(s3):
    return S3Store(
        s3.bucket,
        endpoint=s3.endpoint,
        access_key_id=s3.access_key,
        secret_access_key=s3.secret_key,
        region=s3.region,
        client_options={"allow_http": True},
    )
