"""Fetches a film that Google has made from the address it gave. The key goes to Google's own machine room alone."""

import asyncio
import ipaddress
import socket
from urllib.parse import urljoin, urlsplit

import httpx2

from contracts.failures import FailureKind
from kit.public import is_public, literal
from providers.google.asking import NAME, refusal
from providers.google.calls import away, hidden
from providers.google.line import GEMINI_API, Line
from providers.interface import ProviderError

MOST_BYTES = 500_000_000
_LONGEST_S = 900.0
_HOPS = 3
_GONE = frozenset({403, 404, 410})
_UNAUTHENTICATED = 401
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


async def fetch(line: Line, uri: str) -> bytes:
    """Fetch a result.

    Raises:
        OutOfSight: not now, or not all of it came.
        ProviderError: RESULT_EXPIRED, it is gone; NO_OUTPUT, it cannot be fetched from where it lies.
    """
    url, key = _ours(line, uri)
    trouble: ProviderError
    try:
        async with asyncio.timeout(_LONGEST_S):
            for _ in range(_HOPS + 1):
                if key is None:
                    await _guard(line, url)
                found = await _once(line, url, key)
                if isinstance(found, bytes):
                    return found
                # never with the key: whoever is told of answers with a signed address of storage
                url, key = found, None
            trouble = refusal(FailureKind.NO_OUTPUT, "Google sends from one address of its film to the next.")
    except (httpx2.HTTPError, TimeoutError, httpx2.InvalidURL):
        trouble = away()
    raise trouble


def _ours(line: Line, uri: str) -> tuple[str, str | None]:
    """Give the address to ask, and the key if it is Google's own; that is asked where we are told that Google is."""
    here = line.base_url or GEMINI_API
    if _origin(uri) not in {_origin(here), _origin(GEMINI_API)}:
        return uri, None
    asked = urlsplit(uri)
    url = here.rstrip("/") + asked.path + (f"?{asked.query}" if asked.query else "")
    return url, line.key.get_secret_value().strip() if line.key else None


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or {"https": 443, "http": 80}.get(parts.scheme)


async def _once(line: Line, url: str, key: str | None) -> bytes | str:
    """Give the bytes, or where they are said to be."""
    headers = {"x-goog-api-key": key} if key else {}
    async with line.http.stream("GET", url, headers=headers) as response:
        code = response.status_code
        if code in _REDIRECTS and "location" in response.headers:
            return urljoin(url, response.headers["location"])
        if code in _GONE:
            text = "Google made the film, and it is not there any more: Google keeps it for two days."
            raise refusal(FailureKind.RESULT_EXPIRED, text)
        if code == _UNAUTHENTICATED:
            raise hidden("Google did not accept the key for its file.")
        if not response.is_success:
            raise away()
        return await _body(response)


async def _body(response: httpx2.Response) -> bytes:
    pieces, size = [], 0
    async for piece in response.aiter_bytes():
        pieces.append(piece)
        size += len(piece)
        if size > MOST_BYTES:
            raise refusal(FailureKind.NO_OUTPUT, f"Google's film is larger than {MOST_BYTES / 1e6:.0f} MB.")
    data = b"".join(pieces)
    if not data or data.lstrip()[:1] == b"<":
        raise away()  # a page of something on the way; the film is still there
    return data


async def _guard(line: Line, url: str) -> None:
    """Speak to an address that an answer names only on the open internet, unless Google itself is a fake here."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if await _loopback(urlsplit(line.base_url or GEMINI_API).hostname or ""):
        return
    if parts.scheme != "https" or not host or not await _all_public(host):
        raise ProviderError(FailureKind.NO_OUTPUT, "Google's film lies where it must not be fetched.", provider=NAME)


async def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = literal(host)
    except ValueError:
        return False
    return address is not None and address.is_loopback


async def _all_public(host: str) -> bool:
    try:
        if (address := literal(host)) is not None:
            return is_public(address)
        found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except ValueError:
        return False
    except OSError:
        return True  # a name that only a proxy knows; without one, nothing is there to be reached
    return all(is_public(ipaddress.ip_address(entry[4][0])) for entry in found)
