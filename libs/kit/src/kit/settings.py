"""Bases for each service's settings.py. Only main.py reads them."""

import difflib
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from kit.nats import Login

WRONG_CONFIGURATION = 78  # EX_CONFIG of sysexits.h
_ENV_PREFIX = "GROOVE_"
NEAR = 0.85
"""From this likeness on (of `difflib`) an unknown name is taken for a misspelt one."""
LOCAL_DATA = Path(".groove")
"""Where `groove up` keeps everything, unless it is told otherwise."""


class ServiceSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=_ENV_PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True)

    nats_url: str = "nats://127.0.0.1:4222"
    """One address or several, joined by commas."""
    nats_user: str | None = None
    """The service's own user, where the server asks: see docs/nats-users.md."""
    nats_seed: SecretStr | None = None
    """Of that user's key: `SU…`."""
    prefix: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,31}$")] = "groove"
    """What every subject, stream and bucket of this installation starts with."""
    erasable: bool = False
    """Seal what belongs to a user with the user's own key, so that it can be destroyed: see docs/audit.md."""
    secret_keys: SecretStr | None = None
    """`name:base64` of 32 random bytes that encrypt other keys; several, joined by commas: the first encrypts."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    telemetry: Literal["on", "none"] = "on"
    """On: every request, decision and task belongs to a trace, whose id is in log lines and messages."""
    otlp_endpoint: Annotated[str | None, Field(pattern=r"^https?://[^/?#]+(/[^?#]*)?$")] = None
    """A collector of OpenTelemetry's, as http://collector:4318: spans are recorded and sent there."""
    trace_ratio: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How many of the traces that begin here are sent."""
    health_host: str = "127.0.0.1"
    health_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """0 takes any free port."""

    @model_validator(mode="after")
    def _whole_login(self) -> Self:
        if (self.nats_user is None) != (self.nats_seed is None):
            raise ValueError("GROOVE_NATS_USER and GROOVE_NATS_SEED go together")
        return self

    @model_validator(mode="after")
    def _sealed_with_something(self) -> Self:
        if self.erasable and self.secret_keys is None:
            raise ValueError("GROOVE_ERASABLE needs GROOVE_SECRET_KEYS: users' keys are wrapped with them")
        return self

    @model_validator(mode="after")
    def _no_spans_without_traces(self) -> Self:
        if self.telemetry == "none" and self.otlp_endpoint is not None:
            raise ValueError("GROOVE_OTLP_ENDPOINT wants traces sent, and GROOVE_TELEMETRY=none wants none: unset one")
        return self

    @property
    def nats_login(self) -> Login | None:
        if self.nats_user is None or self.nats_seed is None:
            return None
        return Login(self.nats_user, self.nats_seed.get_secret_value())


class ObjectStoreSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=_ENV_PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True)

    s3_endpoint: str
    s3_public_endpoint: str | None = None
    """Where browsers reach the same store, when not at `s3_endpoint`."""
    s3_bucket: str = "groove"
    s3_access_key: SecretStr
    s3_secret_key: SecretStr
    s3_region: str = "us-east-1"


S = TypeVar("S", bound=BaseSettings)


def read(settings: type[S]) -> S:
    """Read settings from the environment.

    Raises:
        SystemExit: with status 78, after naming each variable that is missing, wrong or misspelt, never its value.
    """
    lines = _misspelt(settings)
    try:
        found = settings()
        if not lines:
            return found
    except ValidationError as error:
        lines += [f"  {_plain(settings, problem)}" for problem in error.errors()]
    sys.stderr.write("the configuration is not complete:\n" + "\n".join(lines) + "\n")
    raise SystemExit(WRONG_CONFIGURATION)


def beside(settings: type[S], data: Path = LOCAL_DATA) -> S:
    """For a command beside the services: the environment, and where it is silent, what runs in `data` on this machine.

    Raises:
        SystemExit: as `read`.
    """
    try:
        told = json.loads((data / "run" / "addresses.json").read_text())
    except (OSError, ValueError):
        return read(settings)  # nothing runs there
    said = {name.upper() for name in os.environ}
    fields = {name: told.get(f"{_ENV_PREFIX}{name}".upper()) for name in settings.model_fields}
    missing = {n: v for n, v in fields.items() if v is not None and f"{_ENV_PREFIX}{n}".upper() not in said}
    try:
        return settings(**missing)
    except ValidationError:
        return read(settings)


def _misspelt(settings: type[BaseSettings]) -> list[str]:
    """Names that are none of these settings' and nearly one of them. Others are another service's.

    No two settings of ours are so near to each other: a test sees to it.
    """
    known = {_variable(settings, (name,)) for name in settings.model_fields}
    said = sorted({name.upper() for name in os.environ if name.upper().startswith(_ENV_PREFIX)} - known)
    near = {name: _near(name, known) for name in said}
    return [f"  {name} is not a setting. Was {meant} meant?" for name, meant in near.items() if meant]


def _near(name: str, known: Iterable[str]) -> str | None:
    bare = {one.removeprefix(_ENV_PREFIX): one for one in known}
    found = difflib.get_close_matches(name.removeprefix(_ENV_PREFIX), bare, n=1, cutoff=NEAR)
    return bare[found[0]] if found else None


def _variable(settings: type[BaseSettings], loc: tuple[int | str, ...]) -> str:
    return f"{settings.model_config.get('env_prefix', '')}{loc[0] if loc else ''}".upper()


def _plain(settings: type[BaseSettings], problem: ErrorDetails) -> str:
    said = "is not set" if problem["type"] == "missing" else problem["msg"].removeprefix("Value error, ")
    return f"{_variable(settings, problem['loc'])}: {said}" if problem["loc"] else said
