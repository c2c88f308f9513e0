"""What is answered about projects: the documentation of it."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel


class GraphStateShape(BaseModel):
    """As React Flow's toObject() gave it: with whatever other fields there were."""

    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    viewport: dict[str, Any] | None = None


class ListedProjectShape(BaseModel):
    id: str
    name: str
    variables: dict[str, str]
    settings: dict[str, Any]
    version: int
    """It is the ETag, too."""
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


class ProjectShape(ListedProjectShape):
    graph_state: GraphStateShape


class DeletedProjectShape(BaseModel):
    id: str
    restorable: Literal[True]
    restore_url: str
    message: str
