"""What may be sent to have one thing made."""

from typing import Annotated, Any

from pydantic import Field, model_validator

from contracts.base import Id
from contracts.run import Priority
from gateway.http.bodies import PortName, Strict, TypeName

MAX_PER_PORT = 64


class JobInput(Strict):
    """A text, an asset, or a character."""

    text: Annotated[str, Field(min_length=1, max_length=16_000)] | None = None
    asset_id: Id | None = None
    character_id: Id | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "JobInput":
        if [self.text, self.asset_id, self.character_id].count(None) != 2:  # noqa: PLR2004  all but one
            raise ValueError("give one of text, asset_id and character_id")
        return self


class NewJob(Strict):
    """One task, without a graph. Nothing is guessed: operation and provider are said."""

    operation_type: TypeName
    """A node type that a provider carries out: `GET /api/node-types` tells its params and inputs."""
    provider_id: TypeName
    params: dict[str, Any] = {}
    inputs: Annotated[
        dict[PortName, Annotated[tuple[JobInput, ...], Field(min_length=1, max_length=MAX_PER_PORT)]],
        Field(max_length=16),
    ] = {}
    """By input port, in order."""
    project_id: Id | None = None
    priority: Priority = "normal"
    budget: Annotated[int, Field(ge=0, le=10**15)] | None = None
    """Micro-credits."""
