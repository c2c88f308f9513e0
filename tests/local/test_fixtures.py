"""The ground the other tests stand on."""

import asyncpg
import nats
import obstore
from obstore.store import S3Store


async def test_nats_serves_jetstream_and_takes_large_messages(nats_url):
    client = await nats.connect(nats_url)
    account = await client.jetstream().account_info()
    assert account.api.total >= 0
    assert client.max_payload >= 1_000_000
    await client.close()


async def test_the_bus_has_all_streams_of_its_prefix(bus, prefix):
    names = {stream.config.name for stream in await bus.jetstream().streams_info()}
    assert {f"{prefix.upper()}_LOG", f"{prefix.upper()}_TASKS"} <= names


async def test_each_test_has_an_empty_database(postgres_url, new_database):
    assert new_database() != postgres_url
    connection = await asyncpg.connect(postgres_url)
    assert await connection.fetch("select 1 from pg_tables where schemaname = 'public'") == []
    await connection.close()


async def test_objects_come_back_from_s3(s3, prefix):
    store = S3Store(
        s3.bucket,
        endpoint=s3.endpoint,
        access_key_id=s3.access_key,
        secret_access_key=s3.secret_key,
        region=s3.region,
        client_options={"allow_http": True},
    )
    await obstore.put_async(store, f"{prefix}/one", b"one")
    assert bytes(await (await obstore.get_async(store, f"{prefix}/one")).bytes_async()) == b"one"
    assert s3.secret_key not in repr(s3)
