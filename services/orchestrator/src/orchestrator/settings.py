"""What the orchestrator is told by its environment."""

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from kit.settings import ServiceSettings


class Settings(ServiceSettings):
    providers: str = "local"
    """Providers configured in this installation, joined by commas. Their keys are with the workers alone."""
    vertex_project: str | None = None
    """Of the workers: Google is reached through this cloud project, where some models ended earlier."""
    sweep_s: Annotated[float, Field(gt=0, le=3600)] = 60.0
    overdue_s: Annotated[float, Field(gt=0, le=3600)] = 30.0
    """How long a command may be unanswered before a sweep takes it that the server has passed it over."""
    grace_s: Annotated[float, Field(ge=0, le=60)] = 0.8
    """Told to stop, how long decisions on hand may still take."""
    user_tasks: Annotated[int | None, Field(ge=1)] = None
    """Most tasks of one user that workers may have at once, over all queues."""
    provider_tasks: Annotated[dict[str, Annotated[int, Field(ge=1)]], NoDecode] = {}
    """Most tasks of a provider that workers may have at once, as in `google=8,fake=2`."""
    credits: Literal["off", "on"] = "off"
    """On: runs are paid for from their user's account. The gateway is told the same."""
    bench: bool = False
    """Know the node types of `make bench`, which do nothing."""

    @field_validator("provider_tasks", mode="before")
    @classmethod
    def _by_name(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        pairs = [one.partition("=") for one in given.split(",") if one.strip()]
        if not all(name.strip() and equals for name, equals, _ in pairs):
            raise ValueError("give names and numbers, as in google=8,fake=2")
        return {name.strip(): number.strip() for name, _, number in pairs}

    @property
    def enabled(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.providers.split(",") if name.strip())
