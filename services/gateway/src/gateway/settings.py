"""What the gateway is told by its environment."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from gateway.limits.rate import parse
from gateway.media_settings import MediaSettings
from gateway.shelf_settings import ShelfSettings
from kit.sealing import SecretKeys
from kit.settings import ObjectStoreSettings, ServiceSettings


class Settings(ServiceSettings, ObjectStoreSettings, ShelfSettings, MediaSettings):
    postgres_url: SecretStr
    """`postgresql://user:password@host:port/database`."""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """0 takes any free port."""
    providers: str = "local"
    vertex_project: str | None = None
    """Of the workers: Google is reached through this cloud project, where some models ended earlier."""
    """Providers that are configured in this installation, joined by commas."""
    cors_origins: str = ""
    """Other origins whose pages may call the API, joined by commas."""
    auth: Literal["none", "required"] = "none"
    """`required`: whoever asks needs an API key, or a token of the issuer."""
    oidc_issuer: str | None = None
    """URL of an OpenID Connect issuer whose tokens are accepted; then signing in is required."""
    oidc_audience: str | None = None
    """What those tokens must be meant for."""
    oidc_jwks_url: str | None = None
    """Where the issuer's keys are, if its own description does not say."""
    session_secret: SecretStr | None = None
    """Signs browser sessions, the same for all gateways. Absent: one is made up and kept in the database."""
    public_url: str | None = None
    """How browsers reach this gateway, as https://groove.example: it answers to that name, and to localhost."""
    canvas: Path | None = None
    """Directory of the built canvas, which is served at /. Absent, or nothing in it: the page says how to build it."""
    answer_timeout_s: Annotated[float, Field(gt=0, le=60)] = 10
    """How long a request waits for the orchestrator."""
    heartbeat_s: Annotated[float, Field(gt=0, le=60)] = 15
    """Between comments on a quiet stream."""
    rate_requests: str | None = None
    """As "600/60": requests per user and seconds. Absent: that, where users sign in; no limit where they do not."""
    rate_paid: str | None = None
    """As "60/3600": starts per user and seconds of what may cost money. Absent: as above."""
    rate_sign_ins: str | None = None
    """Failed sign-ins per remote address and seconds. Absent: 20/300, and any number from this machine itself."""
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = 0
    """How many proxies of yours stand before the gateway: each adds an address to X-Forwarded-For."""
    max_body_bytes: Annotated[int, Field(ge=10_000, le=100_000_000)] = 1_000_000
    """Of a request, except for what is uploaded and a project's `graph_state`."""
    body_timeout_s: Annotated[float, Field(gt=0, le=3600)] = 20
    """For all of a body to arrive."""
    max_head_bytes: Annotated[int, Field(ge=4_000, le=1_000_000)] = 64_000
    """Of a request's first line and its headers together."""
    head_timeout_s: Annotated[float, Field(gt=0, le=600)] = 15
    """For these to arrive."""
    max_url_bytes: Annotated[int, Field(ge=1_000, le=64_000)] = 8_000
    streams_per_user: Annotated[int, Field(ge=1)] | None = None
    """Event streams and sockets open at once per user and gateway. Absent: 100 where users sign in, else any number."""
    import_http: bool = False
    """Fetch also from http:// addresses."""
    import_ports: Annotated[str, Field(pattern=r"^\d{1,5}(,\d{1,5})*$")] = "80,443"
    import_max_bytes: Annotated[int, Field(ge=1)] = 100_000_000
    import_allow_private: bool = False
    """Fetch also from this machine and its network. For development only."""
    secret_keys: SecretStr | None = None
    """As "new:base64,old:base64", 32 bytes each: encrypt users' provider keys. The first encrypts, all decrypt."""
    worker_token: Annotated[SecretStr, Field(min_length=16)] | None = None
    """What workers show to be given users' provider keys; the same for all services."""
    worker_keys_over_http: bool = False
    """Hand these keys out over plain http also to other machines: where something else encrypts the line."""
    account_origins: str = ""
    """Other origins of providers that users' accounts may name, joined by commas."""
    webhooks_local: bool = False
    """Webhooks may also go to this machine, without TLS: for trying them out."""
    credits: Literal["off", "on"] = "off"
    """On: runs are paid for from their user's account. The orchestrators are told the same."""
    stripe_secret_key: SecretStr | None = None
    """Together with the next: credits can be bought."""
    stripe_webhook_secret: SecretStr | None = None
    """What Stripe signs its messages to /api/webhooks/stripe with."""
    stripe_currency: Annotated[str, Field(pattern=r"^[a-z]{3}$")] = "usd"
    """Of which a hundredth buys one credit."""
    stripe_api_base: str | None = None
    """Where Stripe's API is, if not where it always is: for tests."""
    faces: bool = True
    """Whether this installation has a face service (face-embedding)."""
    faces_timeout_s: Annotated[float, Field(gt=0, le=60)] = 10
    """How long a request waits for it."""
    bench: bool = False
    """Know the node types of `make bench`, which do nothing."""

    @model_validator(mode="after")
    def _whole_issuer(self) -> Self:
        if (self.oidc_issuer is None) != (self.oidc_audience is None):
            raise ValueError("GROOVE_OIDC_ISSUER and GROOVE_OIDC_AUDIENCE go together")
        return self

    @field_validator("rate_requests", "rate_paid", "rate_sign_ins")
    @classmethod
    def _a_rate(cls, written: str | None) -> str | None:
        if written is not None:
            parse("rate", written)
        return written

    @model_validator(mode="after")
    def _whole_stripe(self) -> Self:
        if (self.stripe_secret_key is None) != (self.stripe_webhook_secret is None):
            raise ValueError("GROOVE_STRIPE_SECRET_KEY and GROOVE_STRIPE_WEBHOOK_SECRET go together")
        if self.stripe_secret_key is not None and self.credits == "off":
            raise ValueError("credits can be bought only with GROOVE_CREDITS=on")
        return self

    @field_validator("secret_keys")
    @classmethod
    def _usable(cls, keys: SecretStr | None) -> SecretStr | None:
        if keys is not None:
            SecretKeys.parse(keys)
        return keys

    @property
    def sealing_keys(self) -> SecretKeys | None:
        return SecretKeys.parse(self.secret_keys) if self.secret_keys else None

    @property
    def must_sign_in(self) -> bool:
        return self.auth == "required" or self.oidc_issuer is not None
