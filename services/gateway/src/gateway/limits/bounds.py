"""How much may be asked at once, and where keys may go."""

from dataclasses import dataclass, field

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.library.buckets import Buckets
from gateway.limits.importing import Imports
from gateway.limits.limiter import Limiter
from gateway.limits.rate import Policy, parse
from gateway.settings import Settings


@dataclass(frozen=True)
class Bounds:
    body_bytes: int = 1_000_000
    body_s: float = 20.0
    """For all of a body to arrive."""
    head_bytes: int = 64_000
    head_s: float = 15.0
    url_bytes: int = 8_000
    worker_token: SecretStr | None = None
    keys_over_http: bool = False
    account_origins: frozenset[str] = frozenset()
    proxies: int = 0
    """How many of ours a request passes before it comes here: so many addresses in X-Forwarded-For are true."""
    count_loopback: bool = False
    """Failed sign-ins from this machine too."""
    imports: Imports = field(default_factory=Imports)

    @classmethod
    def of(cls, settings: Settings) -> "Bounds":
        origins = settings.account_origins.replace(",", " ").split()
        return cls(
            body_bytes=settings.max_body_bytes,
            body_s=settings.body_timeout_s,
            head_bytes=settings.max_head_bytes,
            head_s=settings.head_timeout_s,
            url_bytes=settings.max_url_bytes,
            worker_token=settings.worker_token,
            keys_over_http=settings.worker_keys_over_http,
            imports=Imports.of(settings),
            proxies=settings.trusted_proxies,
            count_loopback=settings.rate_sign_ins is not None,
            account_origins=frozenset(origin.rstrip("/").lower() for origin in origins),
        )


_STREAMS = 100
_RATES = {"requests": "600/60", "paid": "60/3600"}


def limiter_of(settings: Settings, engine: AsyncEngine) -> Limiter:
    """Where nobody signs in there is one user, on this machine: no limits but those that are asked for."""

    def policy(name: str, written: str | None) -> Policy | None:
        if written is None and not settings.must_sign_in:
            return None
        return parse(name, written or _RATES[name])

    return Limiter(
        Buckets(engine),
        policy("requests", settings.rate_requests),
        policy("paid", settings.rate_paid),
        parse("sign-ins", settings.rate_sign_ins or "20/300"),
        streams=settings.streams_per_user or (_STREAMS if settings.must_sign_in else None),
    )
