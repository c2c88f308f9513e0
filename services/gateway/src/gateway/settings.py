"""What the gateway is told by its environment."""

from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from kit.settings import ObjectStoreSettings, ServiceSettings


class Settings(ServiceSettings, ObjectStoreSettings):
    postgres_url: SecretStr
    """`postgresql://user:password@host:port/database`."""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """0 takes any free port."""
    providers: str = "local"
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
    answer_timeout_s: Annotated[float, Field(gt=0, le=60)] = 10
    """How long a request waits for the orchestrator."""
    heartbeat_s: Annotated[float, Field(gt=0, le=60)] = 15
    """Between comments on a quiet stream."""
    asset_restore_days: Annotated[float, Field(ge=0, le=3650)] = 30
    """How long what was deleted can be had back. Then its bytes are removed."""
    bench: bool = False
    """Know the node types of `make bench`, which do nothing."""

    @model_validator(mode="after")
    def _whole_issuer(self) -> Self:
        if (self.oidc_issuer is None) != (self.oidc_audience is None):
            raise ValueError("GROOVE_OIDC_ISSUER and GROOVE_OIDC_AUDIENCE go together")
        return self

    @property
    def must_sign_in(self) -> bool:
        return self.auth == "required" or self.oidc_issuer is not None
