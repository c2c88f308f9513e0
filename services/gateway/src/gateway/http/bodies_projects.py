"""What may be sent about projects."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import to_json

from contracts.credit import MAX_AMOUNT
from gateway.http.bodies import Name, Strict, TypeName, Variables
from gateway.http.state import State

MAX_RETENTION_DAYS = 36_500
_MAX_SETTINGS_BYTES = 64 * 1024
_ModelId = Annotated[str, Field(min_length=1, max_length=128)]


class ProjectSettings(BaseModel):
    """Free, but for what the installation itself reads; that is checked by name."""

    model_config = ConfigDict(extra="allow", frozen=True)

    provider: TypeName | None = None
    """For nodes that name none."""
    model: _ModelId | None = None
    """For nodes that name none and whose type it can do."""
    preferred_models: Annotated[tuple[_ModelId, ...], Field(max_length=50)] = ()
    """Model ids, tried in this order for nodes that name none."""
    daily_budget: Annotated[int, Field(strict=True, ge=0, le=MAX_AMOUNT)] | None = None
    """Micro-credits: most that may be spent in it in a day (UTC), where credits are on."""
    retention_days: Annotated[int, Field(ge=1, le=MAX_RETENTION_DAYS)] | None = None
    """How long what was generated is kept, unless it is used. Null: for ever."""

    @model_validator(mode="after")
    def _small(self) -> "ProjectSettings":
        if len(to_json(self.model_extra or {})) > _MAX_SETTINGS_BYTES:
            raise ValueError(f"settings may have at most {_MAX_SETTINGS_BYTES // 1024} KiB")
        return self

    def kept(self) -> dict[str, object]:
        """Without what was not said."""
        said = self.model_dump(mode="json")
        return {name: value for name, value in said.items() if name not in _OPTIONAL or value is not None}


_OPTIONAL = {"provider", "model", "retention_days", "daily_budget"}


class NewProject(Strict):
    name: Name
    variables: Variables = {}
    settings: ProjectSettings = ProjectSettings()
    graph_state: State | None = None


class ProjectChange(Strict):
    """What is absent or null stays; `variables`, `settings` and `graph_state` are replaced whole."""

    name: Name | None = None
    variables: Variables | None = None
    settings: ProjectSettings | None = None
    graph_state: State | None = None
