"""Large uploads in parts, by presigned addresses: S3's multipart upload. The bytes pass nobody but the store."""

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape

import httpx2

from kit.clock import Clock, utc_now
from kit.errors import NotFound, Unavailable
from kit.objects import SignedPut
from kit.presign import Keys, presign

PART_BYTES = 16 * 1024 * 1024
"""Of every part but the last; the protocol wants five megabytes at least, and ten thousand parts at most."""
_SOON_S = 60
_TIMEOUT_S = 60.0
_ID = re.compile(rb"<UploadId>([^<]{1,1024})</UploadId>")
_TAG = re.compile(r'"?[A-Za-z0-9+/=_-]{1,128}"?')
_GONE = 404


class BadParts(ValueError):
    """The parts do not make up the file. The message says so to who sent them."""


class Parts:
    def __init__(
        self, endpoint: str, bucket: str, keys: Keys, *, public_endpoint: str | None = None, clock: Clock = utc_now
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._here = f"{endpoint.rstrip('/')}/{bucket}"
        self._public = f"{(public_endpoint or endpoint).rstrip('/')}/{bucket}"

    async def begin(self, key: str, content_type: str) -> str:
        """Give the id of an upload, for all that follows."""
        answer = await self._ask("POST", key, {"uploads": ""}, headers={"content-type": content_type})
        found = _ID.search(answer.content)
        if answer.is_error or found is None:
            raise Unavailable(f"the object store began no upload: {answer.status_code}")
        return found[1].decode()

    def sign(self, key: str, upload: str, number: int, size: int, expires_s: int) -> SignedPut:
        """Permit one part, of exactly this size."""
        headers, query = {"content-length": str(size)}, {"partNumber": str(number), "uploadId": upload}
        url = presign(
            self._keys, "PUT", f"{self._public}/{key}", self._clock(), expires_s, headers=headers, query=query
        )
        return SignedPut(url, headers)

    async def join(self, key: str, upload: str, parts: Sequence[tuple[int, str]]) -> None:
        """Make one object of the parts, in the order of their numbers.

        Raises:
            BadParts: one is missing, or its etag is not the one that the store answered with.
            NotFound: there is no such upload: it was joined or aborted before.
        """
        if not all(_TAG.fullmatch(tag) for _, tag in parts):
            raise BadParts("An etag is what the store answered to a part, as it stands in the ETag header.")
        listed = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(tag)}</ETag></Part>" for number, tag in sorted(parts)
        )
        body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
        answer = await self._ask("POST", key, {"uploadId": upload}, body=body)
        if answer.status_code == _GONE:
            raise NotFound("there is no such upload")
        if answer.is_error or b"<Error>" in answer.content:  # it may say so in an answer that began well
            raise BadParts("The parts do not make up the file: send every part, with the etag that was answered to it.")

    async def abort(self, key: str, upload: str) -> None:
        """Forget the parts. Safe to repeat."""
        answer = await self._ask("DELETE", key, {"uploadId": upload})
        if answer.is_error and answer.status_code != _GONE:
            raise Unavailable(f"the object store did not abort an upload: {answer.status_code}")

    async def _ask(
        self,
        method: str,
        key: str,
        query: dict[str, str],
        *,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
    ) -> httpx2.Response:
        url = presign(
            self._keys, method, f"{self._here}/{key}", self._clock(), _SOON_S, headers=headers or {}, query=query
        )
        try:
            async with httpx2.AsyncClient(timeout=_TIMEOUT_S, trust_env=False) as client:
                return await client.request(method, url, headers=headers, content=body)
        except httpx2.HTTPError as error:
            raise Unavailable(f"the object store does not answer: {type(error).__name__}") from error


def sizes(total: int) -> list[int]:
    """Of the parts of a file, in order."""
    whole, rest = divmod(total, PART_BYTES)
    return [PART_BYTES] * whole + ([rest] if rest else [])
