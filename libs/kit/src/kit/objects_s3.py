"""Object storage on anything that speaks S3."""

import asyncio
import http.client
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from kit.clock import Clock, utc_now
from kit.errors import NotFound, Unavailable
from kit.objects import ObjectInfo, SignedPut, Stored
from kit.parts import Parts
from kit.presign import Keys, presign
from kit.settings import ObjectStoreSettings

_PAGE = 1_000
_CHUNK_BYTES = 256 * 1024
_BUCKET_EXISTS = 409
_OK = 200


class S3Objects:
    def __init__(
        self, endpoint: str, bucket: str, keys: Keys, *, public_endpoint: str | None = None, clock: Clock = utc_now
    ) -> None:
        self._keys = keys
        self.parts = Parts(endpoint, bucket, keys, public_endpoint=public_endpoint, clock=clock)
        self._clock = clock
        self._bucket_url = f"{endpoint.rstrip('/')}/{bucket}"
        self._public_url = f"{(public_endpoint or endpoint).rstrip('/')}/{bucket}"
        self._store = S3Store(
            bucket,
            endpoint=endpoint,
            access_key_id=keys.access_key,
            secret_access_key=keys.secret_key,
            region=keys.region,
            virtual_hosted_style_request=False,
            client_options={"allow_http": True, "connect_timeout": "3s", "timeout": "120s"},
            retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=10)},
        )

    @classmethod
    def of(cls, settings: ObjectStoreSettings, clock: Clock = utc_now) -> Self:
        keys = Keys(
            settings.s3_access_key.get_secret_value(), settings.s3_secret_key.get_secret_value(), settings.s3_region
        )
        public = settings.s3_public_endpoint
        return cls(settings.s3_endpoint, settings.s3_bucket, keys, public_endpoint=public, clock=clock)

    async def ensure_bucket(self) -> None:
        """Create the bucket unless it is there."""
        url = presign(self._keys, "PUT", self._bucket_url, self._clock(), 60)
        try:
            status, body = await asyncio.to_thread(_put_nothing, url)
        except OSError as error:
            raise Unavailable(f"the object store at {urlsplit(url).netloc} does not answer: {error}") from error
        if status not in {_OK, _BUCKET_EXISTS}:
            raise Unavailable(f"the object store refused the bucket: {status} {body[:200]!r}")

    async def reachable(self) -> None:
        """Ask for a key that is not there: an answer, even no, is an answer."""
        await self.exists("readiness")

    async def put(self, key: str, data: bytes | Path, content_type: str) -> None:
        with _translated(key):
            await obstore.put_async(self._store, key, data, attributes={"Content-Type": content_type})

    async def get(self, key: str) -> bytes:
        with _translated(key):
            return bytes(await (await obstore.get_async(self._store, key)).bytes_async())

    async def stream(self, key: str, span: tuple[int, int] | None = None) -> AsyncIterator[bytes]:
        with _translated(key):
            options = {"range": span} if span else {}
            found = await obstore.get_async(self._store, key, options=options)  # type: ignore[arg-type]  # a TypedDict

        async def chunks() -> AsyncIterator[bytes]:
            with _translated(key):
                async for chunk in found.stream(min_chunk_size=_CHUNK_BYTES):
                    yield bytes(chunk)

        return chunks()

    async def head(self, key: str) -> ObjectInfo:
        with _translated(key):
            found = await obstore.get_async(self._store, key, options={"head": True})
        content_type = str(found.attributes.get("Content-Type", "application/octet-stream"))
        return ObjectInfo(key, int(found.meta["size"]), content_type, (found.meta["e_tag"] or "").strip('"'))

    async def exists(self, key: str) -> bool:
        try:
            with _translated(key):
                await obstore.head_async(self._store, key)
        except NotFound:
            return False
        return True

    async def list(self, folder: str) -> AsyncIterator[Sequence[Stored]]:
        with _translated(folder):
            async for page in obstore.list(self._store, folder.rstrip("/"), chunk_size=_PAGE):
                yield [Stored(meta["path"], int(meta["size"]), meta["last_modified"]) for meta in page]

    async def copy(self, source: str, target: str) -> None:
        with _translated(source):
            await obstore.copy_async(self._store, source, target)

    async def delete(self, key: str) -> None:
        try:
            with _translated(key):
                await obstore.delete_async(self._store, key)
        except NotFound:
            return

    def sign_put(self, key: str, expires_s: int, content_type: str, size: int | None = None) -> SignedPut:
        headers = {"content-type": content_type}
        if size is not None:
            headers["content-length"] = str(size)
        url = f"{self._public_url}/{key}"
        return SignedPut(presign(self._keys, "PUT", url, self._clock(), expires_s, headers=headers), headers)

    def sign_get(self, key: str, expires_s: int, *, filename: str | None = None) -> str:
        saved = f"attachment; filename*=UTF-8''{quote(filename, safe='')}" if filename else ""
        query = {"response-content-disposition": saved} if saved else None
        return presign(self._keys, "GET", f"{self._public_url}/{key}", self._clock(), expires_s, query=query)


def _put_nothing(url: str) -> tuple[int, bytes]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=10)
    try:
        connection.request("PUT", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@contextmanager
def _translated(key: str) -> Iterator[None]:
    try:
        yield
    except (NotFoundError, FileNotFoundError) as error:
        raise NotFound(f"no object {key}") from error
    except (BaseError, OSError) as error:
        raise Unavailable(f"object storage: {str(error).splitlines()[0][:200]}") from error
