"""At the door, behind the guard: how much one may ask for, and what is said of it in every answer."""

import hashlib
import ipaddress
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.desk import Desk
from gateway.http.problems import Problem
from gateway.limits.rate import Policy, Verdict
from gateway.users import Caller
from gateway.who.sessions import COOKIE

_VERDICTS = "groove.limits"
_NOBODY = 401
_WAYS = {
    "requests": "You have sent more requests than this server takes from one user.",
    "paid": "You have started more work that may cost money than this server takes from one user.",
    "sign-ins": "There were too many sign-ins from your address that failed.",
}


class Limiting:
    """Tells of the limits in headers; refuses addresses that guess at keys, and URLs without end."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app = app
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        verdicts: list[Verdict] = []
        scope[_VERDICTS] = verdicts
        problem = self._refusal(scope)
        if problem is not None:
            await problem.response()(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                if verdicts:
                    _tell(message, verdicts)
                if message["status"] == _NOBODY:
                    await self._failed(scope)
            await send(message)

        await self._app(scope, receive, told)

    def _refusal(self, scope: Scope) -> Problem | None:
        if len(scope["query_string"]) + len(scope["path"]) > self._desk.bounds.url_bytes:
            detail = f"The URL is longer than {self._desk.bounds.url_bytes:,} bytes."
            return Problem(414, "url-too-long", detail)
        policy = self._desk.limiter.sign_ins
        if policy is None or not _guesses(scope):
            return None
        barred = self._desk.limiter.barred(policy, _address(scope, self._desk.bounds.proxies))
        return too_many(barred) if barred is not None else None

    async def _failed(self, scope: Scope) -> None:
        policy = self._desk.limiter.sign_ins
        if policy is not None and _guesses(scope):
            address = _address(scope, self._desk.bounds.proxies)
            if self._desk.bounds.count_loopback or address != "loopback":
                await self._desk.limiter.spend(policy, address)


async def admit(request: Request, caller: Caller) -> None:
    """Count a request of a user. Raise the problem of one too many."""
    desk: Desk = request.app.state.desk
    if desk.limiter.requests is not None:
        await _count(desk, desk.limiter.requests, caller.user_id, request)


async def admit_paid(desk: Desk, user: str) -> None:
    """Count a start of what may cost money. Raise the problem of one too many."""
    if desk.limiter.paid is not None:
        verdict = await desk.limiter.spend(desk.limiter.paid, user)
        if not verdict.allowed:
            raise too_many(verdict)


async def _count(desk: Desk, policy: Policy, who: str, request: Request) -> None:
    verdict = await desk.limiter.spend(policy, who)
    if not verdict.allowed:
        raise too_many(verdict)
    request.scope.get(_VERDICTS, []).append(verdict)


def too_many(verdict: Verdict) -> Problem:
    policy, wait_s = verdict.policy, verdict.reset_s
    detail = f"{_WAYS[policy.name]} {policy.quota:,} in {policy.window_s:,} seconds. Go on in {wait_s} seconds."
    headers = {"Retry-After": str(wait_s), "RateLimit-Policy": policy.told, "RateLimit": verdict.told}
    return Problem(429, "quota-exceeded", detail, headers=headers)


def _tell(message: Message, verdicts: Sequence[Verdict]) -> None:
    headers = MutableHeaders(scope=message)
    if "ratelimit" not in headers:
        headers["RateLimit-Policy"] = ", ".join(verdict.policy.told for verdict in verdicts)
        headers["RateLimit"] = ", ".join(verdict.told for verdict in verdicts)


def _guesses(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return "authorization" in headers or COOKIE in headers.get("cookie", "")


def _address(scope: Scope, proxies: int) -> str:
    """Of whom a request comes from: as a digest, because a bucket needs no more. IPv6 networks count as one."""
    client = scope.get("client")
    said = str(client[0]) if client else ""
    if proxies:
        passed = [part.strip() for part in Headers(scope=scope).get("x-forwarded-for", "").split(",") if part.strip()]
        said = passed[-proxies] if len(passed) >= proxies else said
    try:
        address = ipaddress.ip_address(said)
    except ValueError:
        return "unknown"
    if address.is_loopback:
        return "loopback"
    network = str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else said  # noqa: PLR2004  IPv6
    return hashlib.sha256(network.encode()).hexdigest()[:32]
