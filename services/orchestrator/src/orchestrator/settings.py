"""What the orchestrator is told by its environment."""

from typing import Annotated

from pydantic import Field

from kit.settings import ServiceSettings


class Settings(ServiceSettings):
    providers: str = "local"
    """Providers configured in this installation, joined by commas. Their keys are with the workers alone."""
    sweep_s: Annotated[float, Field(gt=0, le=3600)] = 60.0
    grace_s: Annotated[float, Field(ge=0, le=60)] = 0.8
    """Told to stop, how long decisions on hand may still take."""
    bench: bool = False
    """Know the node types of `make bench`, which do nothing."""

    @property
    def enabled(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.providers.split(",") if name.strip())
