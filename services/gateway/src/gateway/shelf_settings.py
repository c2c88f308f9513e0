"""What the environment says of how media are kept."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ShelfSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="GROOVE_", frozen=True, extra="ignore", hide_input_in_errors=True)

    asset_restore_days: Annotated[float, Field(ge=0, le=3650)] = 30
    """How long what was deleted can be had back. Then its bytes are removed."""
    gc_every_s: Annotated[float, Field(ge=0)] = 21_600
    """Between two passes over the bytes that are kept. 0: none by itself, only with `groove gc`."""
    gc_grace_hours: Annotated[float, Field(ge=1)] = 24
    """How old bytes must be before they can be removed: longer than orchestrators and gateways may be away."""
    quota_bytes: Annotated[int, Field(ge=1)] | None = None
    """Most that one user's media may take before uploads are refused. Absent: no limit."""
