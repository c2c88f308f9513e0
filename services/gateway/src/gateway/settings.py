"""What the gateway is told by its environment."""

from typing import Annotated

from pydantic import Field, SecretStr

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
    answer_timeout_s: Annotated[float, Field(gt=0, le=60)] = 10
    """How long a request waits for the orchestrator."""
    heartbeat_s: Annotated[float, Field(gt=0, le=60)] = 15
    """Between comments on a quiet stream."""
    asset_restore_days: Annotated[float, Field(ge=0, le=3650)] = 30
    """How long what was deleted can be had back. Then its bytes are removed."""
    bench: bool = False
    """Know the node types of `make bench`, which do nothing."""
