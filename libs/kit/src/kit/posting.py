"""Sending something to an address that somebody else named, as carefully as `kit.fetching` gets it from there."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2

from kit.fetching import NotFetched, Resolve, Rules, checked, system_resolve, trusted


@dataclass(frozen=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    body: bytes
    """Its beginning, at most `Rules.max_bytes`."""


async def post(
    url: str, body: bytes, headers: Mapping[str, str], rules: Rules, resolve: Resolve = system_resolve
) -> Answered:
    """Send it once. Redirects are answers like any other: nothing is sent to where they lead.

    Raises:
        NotFetched: it may not be sent there, or there was no answer in time. It may have arrived all the same.
    """
    try:
        async with asyncio.timeout(rules.within_s):
            return await _post(url, body, headers, rules, resolve)
    except TimeoutError:
        raise NotFetched("too-slow", f"There was no answer within {rules.within_s:g} seconds.") from None


async def _post(url: str, body: bytes, headers: Mapping[str, str], rules: Rules, resolve: Resolve) -> Answered:
    target, addresses = await checked(url, rules, resolve)
    # a client of its own: a connection that was kept open may have been checked for another name
    async with httpx2.AsyncClient(
        verify=trusted(rules), timeout=rules.answer_s, trust_env=False, follow_redirects=False
    ) as client:
        for address in addresses:
            try:
                return await _post_to(client, target, address, (body, headers), rules.max_bytes)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue  # nothing was sent; there may be another machine
            except httpx2.TimeoutException:
                raise NotFetched("too-slow", "It does not answer in time.") from None
            except (httpx2.HTTPError, ValueError):
                raise NotFetched("not-fetched", "It answers in a way that cannot be read.") from None
    raise NotFetched("not-fetched", "It cannot be reached, or has no valid certificate.")


async def _post_to(
    client: httpx2.AsyncClient, url: httpx2.URL, address: str, what: tuple[bytes, Mapping[str, str]], most: int
) -> Answered:
    body, headers = what
    sent = {"host": url.netloc.decode("ascii"), "accept-encoding": "identity", **headers}
    here = url.copy_with(host=address, fragment=None)
    name = {"sni_hostname": url.raw_host.decode("ascii").strip("[]")}
    async with client.stream("POST", here, content=body, headers=sent, extensions=name) as answer:
        said = bytearray()
        async for piece in answer.aiter_raw():
            said += piece
            if len(said) >= most:
                break
        return Answered(answer.status_code, answer.headers, bytes(said[:most]))
