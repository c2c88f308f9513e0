"""Fetching what somebody else names: only from the open internet, whatever names and redirects say.

The name is resolved here, once for each request; the addresses are checked, and the connection goes to the very
address that was checked. Nothing resolves it a second time, so a resolver that changes its mind changes nothing.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import httpx2

from kit.public import is_public, literal

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to addresses."""
Kind = Literal["bad-url", "not-public", "too-large", "too-slow", "not-fetched"]
_PORTS = {"http": 80, "https": 443}
_MOVED = frozenset({301, 302, 303, 307, 308})
_OK = 200
_LONGEST_URL = 2_000
_MOST_TRIED = 3
_HEADERS = {"user-agent": "PixelGroove/1 (import)", "accept": "*/*", "accept-encoding": "identity"}


def on_the_internet(address: str) -> bool:
    try:
        return is_public(ipaddress.ip_address(address))
    except ValueError:  # with a zone: of this machine's own network
        return False


class NotFetched(Exception):
    """It is not there for us, and the message says why in a sentence."""

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Rules:
    max_bytes: int
    plain_http: bool = False
    ports: Collection[int] = frozenset({80, 443})
    may: Callable[[str], bool] = on_the_internet
    """Whether an address may be spoken to."""
    redirects: int = 5
    within_s: float = 60.0
    """For all of it."""
    answer_s: float = 15.0
    """For a connection, and for every piece that is read."""
    trust: ssl.SSLContext | None = None
    """None: in the authorities that everybody trusts."""


@dataclass(frozen=True)
class Fetched:
    data: bytes
    url: str
    """Where it came from in the end."""


@cache
def _authorities() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


async def system_resolve(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def fetch(url: str, rules: Rules, resolve: Resolve = system_resolve) -> Fetched:
    """Get the bytes behind a URL.

    Raises:
        NotFetched: it may not be asked for, or did not come.
    """
    # trust_env: a proxy of this machine would resolve the name again, where nobody checks
    async with httpx2.AsyncClient(
        verify=trusted(rules), timeout=rules.answer_s, trust_env=False, follow_redirects=False
    ) as client:
        try:
            async with asyncio.timeout(rules.within_s):
                return await _follow(client, url, rules, resolve)
        except TimeoutError:
            message = f"It took longer than {rules.within_s:g} seconds."
            raise NotFetched("too-slow", message) from None


async def checked(url: str, rules: Rules, resolve: Resolve = system_resolve) -> tuple[httpx2.URL, list[str]]:
    """Give a URL as it is understood, and the addresses behind it that may be spoken to.

    Raises:
        NotFetched: it may not be asked for.
    """
    target = _read(url, rules)
    return target, await _addresses(target, rules, resolve)


def trusted(rules: Rules) -> ssl.SSLContext:
    return rules.trust or _authorities()


async def _follow(client: httpx2.AsyncClient, url: str, rules: Rules, resolve: Resolve) -> Fetched:
    for _ in range(rules.redirects + 1):
        target, addresses = await checked(url, rules, resolve)
        got = await _ask(client, target, addresses, rules)
        if isinstance(got, bytes):
            return Fetched(got, url)
        url = _joined(target, got.to)
    raise NotFetched("not-fetched", f"It was redirected more than {rules.redirects} times.")


@dataclass(frozen=True)
class _Moved:
    to: str


def _read(url: str, rules: Rules) -> httpx2.URL:
    """Raise what is wrong with the URL itself."""
    if len(url) > _LONGEST_URL or any(ord(c) <= ord(" ") or ord(c) == 0x7F for c in url) or "\\" in url:  # noqa: PLR2004  DEL
        raise NotFetched("bad-url", f"A URL has at most {_LONGEST_URL:,} characters and none that are invisible.")
    try:
        read = httpx2.URL(url)
        host = read.raw_host.decode("ascii")
    except (httpx2.InvalidURL, UnicodeError, ValueError):
        raise NotFetched("bad-url", "This is not a URL that can be fetched.") from None
    if read.scheme != "https" and not (read.scheme == "http" and rules.plain_http):
        raise NotFetched("bad-url", "Only https addresses are fetched.")
    if not host:
        raise NotFetched("bad-url", "The URL names no host.")
    if read.userinfo:
        raise NotFetched("bad-url", "A URL with a user name or password in it is not fetched.")
    if _port(read) not in rules.ports:
        allowed = " and ".join(map(str, sorted(rules.ports)))
        raise NotFetched("bad-url", f"Port {_port(read)} is not fetched from: only {allowed}.")
    return read


def _port(url: httpx2.URL) -> int:
    return url.port or _PORTS[url.scheme]


async def _addresses(url: httpx2.URL, rules: Rules, resolve: Resolve) -> list[str]:
    """Every address behind it; one that is not public is enough to refuse them all."""
    host = url.raw_host.decode("ascii").strip("[]")
    try:
        written = literal(host)
    except ValueError:
        raise NotFetched("bad-url", "The host is written as a number that is no plain address.") from None
    try:
        found = [str(written)] if written else [*await resolve(host, _port(url))]
    except (OSError, UnicodeError):
        found = []
    if not found:
        raise NotFetched("not-fetched", f"There is no host {host[:100]!r}.")
    if not all(rules.may(address) for address in found):
        raise NotFetched("not-public", "That address is not on the public internet, so nothing is fetched from it.")
    return found[:_MOST_TRIED]


async def _ask(client: httpx2.AsyncClient, url: httpx2.URL, addresses: Sequence[str], rules: Rules) -> bytes | _Moved:
    for address in addresses:
        try:
            return await _ask_at(client, url, address, rules)
        except httpx2.ConnectError:
            continue  # there may be another machine
        except httpx2.TimeoutException:
            raise NotFetched("too-slow", "Its server does not answer in time.") from None
        except (httpx2.HTTPError, ValueError):
            raise NotFetched("not-fetched", "Its server answers in a way that cannot be read.") from None
    raise NotFetched("not-fetched", "Its server cannot be reached, or has no valid certificate.")


async def _ask_at(client: httpx2.AsyncClient, url: httpx2.URL, address: str, rules: Rules) -> bytes | _Moved:
    name = url.raw_host.decode("ascii").strip("[]")
    headers = {**_HEADERS, "host": url.netloc.decode("ascii")}
    here = url.copy_with(host=address, fragment=None)
    # the certificate must be the name's, although the connection goes to an address
    async with client.stream("GET", here, headers=headers, extensions={"sni_hostname": name}) as answer:
        if answer.status_code in _MOVED:
            return _Moved(answer.headers.get("location", ""))
        if answer.status_code != _OK:
            raise NotFetched("not-fetched", f"Its server answered with status {answer.status_code}.")
        if answer.headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise NotFetched("not-fetched", "Its server sends it compressed although that was not asked for.")
        return await _body(answer, rules)


async def _body(answer: httpx2.Response, rules: Rules) -> bytes:
    declared = answer.headers.get("content-length", "")
    if declared.isdecimal() and len(declared) < 20 and int(declared) > rules.max_bytes:  # noqa: PLR2004  digits
        raise _too_large(rules)
    data = bytearray()
    async for piece in answer.aiter_raw():
        data += piece
        if len(data) > rules.max_bytes:
            raise _too_large(rules)
    return bytes(data)


def _too_large(rules: Rules) -> NotFetched:
    return NotFetched("too-large", f"It is larger than {rules.max_bytes:,} bytes.")


def _joined(url: httpx2.URL, to: str) -> str:
    if not to:
        raise NotFetched("not-fetched", "It was redirected to nowhere.")
    try:
        return str(url.join(to))
    except (httpx2.InvalidURL, ValueError):
        raise NotFetched("bad-url", "It was redirected to something that is no URL.") from None
