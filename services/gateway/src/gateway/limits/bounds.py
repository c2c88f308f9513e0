"""How much may be asked at once, and where keys may go."""

from dataclasses import dataclass

from pydantic import SecretStr

from gateway.settings import Settings


@dataclass(frozen=True)
class Bounds:
    body_bytes: int = 1_000_000
    body_s: float = 20.0
    """For all of a body to arrive."""
    head_bytes: int = 64_000
    head_s: float = 15.0
    url_bytes: int = 8_000
    streams: int | None = None
    """Open at once per user, of this gateway. None: any number."""
    worker_token: SecretStr | None = None
    keys_over_http: bool = False
    account_origins: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings) -> "Bounds":
        origins = settings.account_origins.replace(",", " ").split()
        return cls(
            body_bytes=settings.max_body_bytes,
            body_s=settings.body_timeout_s,
            head_bytes=settings.max_head_bytes,
            head_s=settings.head_timeout_s,
            url_bytes=settings.max_url_bytes,
            streams=settings.streams_per_user or (_STREAMS if settings.must_sign_in else None),
            worker_token=settings.worker_token,
            keys_over_http=settings.worker_keys_over_http,
            account_origins=frozenset(origin.rstrip("/").lower() for origin in origins),
        )


_STREAMS = 100
