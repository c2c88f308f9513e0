import asyncio
import http.client
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kit.clock import utc_now
from kit.errors import NotFound, Unavailable
from kit.objects import Objects, content_key
from kit.objects_s3 import S3Objects
from kit.presign import Keys


async def send(method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None):
    def call() -> tuple[int, bytes, Mapping[str, str]]:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        try:
            connection.request(method, f"{parts.path}?{parts.query}", body, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.getheaders())
        finally:
            connection.close()

    return await asyncio.to_thread(call)


async def test_bytes_come_back_with_their_type(objects: Objects, name: str):
    await objects.put(name, b"picture", "image/png")
    assert await objects.get(name) == b"picture"
    info = await objects.head(name)
    assert (info.key, info.bytes, info.content_type) == (name, 7, "image/png")
    assert info.etag
    assert await objects.exists(name)


async def test_a_file_is_stored_like_bytes(objects: Objects, name: str, tmp_path: Path):
    (tmp_path / "clip").write_bytes(b"0123456789" * 1000)
    await objects.put(content_key(name), tmp_path / "clip", "video/mp4")
    assert await objects.get(content_key(name)) == b"0123456789" * 1000


async def test_a_part_can_be_streamed(objects: Objects, name: str):
    await objects.put(name, b"0123456789", "image/png")
    assert b"".join([chunk async for chunk in await objects.stream(name)]) == b"0123456789"
    assert b"".join([chunk async for chunk in await objects.stream(name, (2, 5))]) == b"234"


async def test_what_is_absent_is_not_found(objects: Objects, name: str):
    for call in (objects.get, objects.head, objects.stream):
        with pytest.raises(NotFound):
            await call(name)
    assert not await objects.exists(name)


async def test_what_is_deleted_is_gone_and_deleting_again_is_fine(objects: Objects, name: str):
    await objects.put(name, b"x", "image/png")
    await objects.delete(name)
    await objects.delete(name)
    assert not await objects.exists(name)


async def test_what_lies_below_a_folder_is_listed_in_order(objects: Objects, name: str):
    for n in (3, 1, 2):
        await objects.put(f"{name}/in/{n}", b"x" * n, "image/png")
    await objects.put(f"{name}/inside", b"x", "image/png")
    found = [one for page in [page async for page in objects.list(f"{name}/in")] for one in page]
    assert [(one.key, one.bytes) for one in found] == [(f"{name}/in/{n}", n) for n in (1, 2, 3)]
    assert all(abs((utc_now() - one.modified).total_seconds()) < 600 for one in found)
    assert {one.key for one in found} <= {one.key async for page in objects.list("") for one in page}
    assert [page async for page in objects.list(f"{name}/nothing")] in ([], [[]])


async def test_a_copy_is_the_same_under_another_key(objects: Objects, name: str):
    await objects.put(f"{name}/from", b"picture", "image/png")
    await objects.copy(f"{name}/from", f"{name}/to")
    assert await objects.get(f"{name}/to") == await objects.get(f"{name}/from") == b"picture"
    assert (await objects.head(f"{name}/to")).content_type == "image/png"
    with pytest.raises(NotFound):
        await objects.copy(f"{name}/nothing", f"{name}/to")


@pytest.mark.parametrize("real", ["real"], indirect=True)
class TestSigned:
    async def test_a_signed_put_takes_exactly_what_was_declared(self, objects: Objects, name: str):
        signed = objects.sign_put(name, 60, "image/png", 5)
        status, body, _ = await send("PUT", signed.url, b"12345", signed.headers)
        assert status == 200, body
        assert await objects.get(name) == b"12345"
        assert (await objects.head(name)).content_type == "image/png"

    async def test_a_signed_put_refuses_another_type_and_another_size(self, objects: Objects, name: str):
        signed = objects.sign_put(name, 60, "image/png", 5)
        other_type = {**signed.headers, "content-type": "text/html"}
        assert (await send("PUT", signed.url, b"12345", other_type))[0] == 403
        other_size = {**signed.headers, "content-length": "6"}
        assert (await send("PUT", signed.url, b"123456", other_size))[0] == 403
        assert not await objects.exists(name)

    async def test_a_signed_get_serves_one_object_under_a_name(self, objects: Objects, name: str):
        await objects.put(name, b"picture", "image/png")
        url = objects.sign_get(name, 60, filename="my picture é.png")
        status, body, headers = await send("GET", url)
        assert (status, body) == (200, b"picture")
        assert "my%20picture%20%C3%A9.png" in headers["Content-Disposition"]
        assert (await send("GET", url.replace(name, f"other{name}")))[0] == 403
        assert (await send("PUT", url, b"x"))[0] == 403


async def test_a_store_that_is_away_is_unavailable():
    nowhere = S3Objects("http://127.0.0.1:1", "groove", Keys("key", "secret"))
    with pytest.raises(Unavailable, match="does not answer"):
        await nowhere.ensure_bucket()


def test_keys_do_not_show_their_secret():
    assert "hush" not in repr(Keys("key", "hush"))
