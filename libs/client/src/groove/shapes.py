"""What the API says, as it says it. Dictionaries, so that a newer server's fields are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, NotRequired, TypedDict, TypeVar

NodeState = Literal[
    "idle",
    "waiting",
    "queued",
    "running",
    "completed",
    "cached",
    "inherited",
    "in_doubt",
    "failed",
    "cancelled",
    "skipped",
]
RunState = Literal["pending", "running", "completed", "failed", "cancelled"]
Priority = Literal["low", "normal", "high"]
Settlement = Literal["resubmit", "fail", "adopt"]
"""Of a request in doubt: ask the provider again, take it for failed, or take over the job that the provider has."""
FINISHED: frozenset[str] = frozenset({"completed", "failed", "cancelled"})
LAST_EVENTS: frozenset[str] = frozenset({"execution_completed", "execution_failed", "execution_cancelled"})
MICRO = 1_000_000
"""Micro-credits in a credit."""

Item = TypeVar("Item")


class NodeEstimate(TypedDict):
    """Micro-credits."""

    low: int
    expected: int
    high: int
    basis: str
    """Where it is known from."""


class Estimate(TypedDict):
    """Micro-credits. `cost` is what is expected."""

    cost: int
    low: int
    expected: int
    high: int
    nodes: Mapping[str, NodeEstimate]


class Page(TypedDict, Generic[Item]):
    items: Sequence[Item]
    next_cursor: str | None


class Failure(TypedDict):
    kind: str
    message: str
    provider: NotRequired[str | None]
    retryable: NotRequired[bool]


class Value(TypedDict):
    """A text, a reference to a picture, sound or film, a character, a storyboard. A `url` is relative to the server."""

    type: Literal["text", "image", "video", "audio", "character", "storyboard"]
    text: NotRequired[str]
    asset_id: NotRequired[str]
    sha256: NotRequired[str | None]
    mime: NotRequired[str]
    bytes: NotRequired[int]
    width: NotRequired[int | None]
    height: NotRequired[int | None]
    duration_s: NotRequired[float | None]
    url: NotRequired[str]
    thumbnail_url: NotRequired[str | None]
    identity: NotRequired[Mapping[str, Any] | None]
    """How much it shows the characters that it was made with: `score`, `threshold`, `match`, `engine`, `characters`."""
    character_id: NotRequired[str]
    name: NotRequired[str]
    references: NotRequired[Sequence[Mapping[str, Any]]]
    title: NotRequired[str]
    scenes: NotRequired[Sequence[Mapping[str, Any]]]


class NodeRun(TypedDict):
    """A node within an execution."""

    state: NodeState
    attempt: int
    outputs: Mapping[str, Sequence[Value]]
    cost: int
    """Micro-credits."""
    error: NotRequired[Failure | None]
    cached_from: NotRequired[Mapping[str, str] | None]
    inherited_from: NotRequired[Mapping[str, str] | None]
    because: NotRequired[str | None]
    """Of a skipped node: the failed one that it needs."""
    started_at: NotRequired[str | None]
    completed_at: NotRequired[str | None]
    progress: NotRequired[float | None]
    """0 to 1."""
    title: NotRequired[str | None]
    type: NotRequired[str]


class Execution(TypedDict):
    id: str
    graph_id: NotRequired[str | None]
    project_id: NotRequired[str]
    state: RunState
    error: NotRequired[Failure | None]
    cost: int
    """Micro-credits."""
    created_at: str
    completed_at: NotRequired[str | None]
    nodes: Mapping[str, NodeRun]
    outputs: NotRequired[Sequence[str]]
    """Ids of the nodes whose results were asked for."""
    graph_name: NotRequired[str]
    forked_from: NotRequired[str | None]


class Position(TypedDict):
    """Canvas pixels."""

    x: float
    y: float


class Node(TypedDict):
    id: str
    type: str
    title: NotRequired[str | None]
    params: Mapping[str, Any]
    position: NotRequired[Position]
    bypassed: NotRequired[bool]
    variation: NotRequired[int]


class Edge(TypedDict):
    id: NotRequired[str]
    source_node_id: str
    source_port: str
    target_node_id: str
    target_port: str
    order: NotRequired[int]


class Graph(TypedDict):
    id: str
    name: str
    project_id: str
    version: int
    nodes: Sequence[Node]
    edges: Sequence[Edge]
    created_at: str
    updated_at: str


class Workflow(TypedDict):
    """A workflow file."""

    name: str
    nodes: Sequence[Node]
    edges: Sequence[Edge]
    outputs: NotRequired[Sequence[str]]
    variables: NotRequired[Mapping[str, str]]
    description: NotRequired[str]


@dataclass(frozen=True)
class Event:
    """One thing that happened in a run."""

    id: int | None
    """Its place; only grows. None: progress, which is never repeated."""
    name: str
    data: Mapping[str, Any]

    @property
    def node_id(self) -> str | None:
        return self.data.get("node_id")

    @property
    def at(self) -> str | None:
        return self.data.get("at")

    @property
    def last(self) -> bool:
        """Whether the run ended with it (until it is resumed)."""
        return self.name in LAST_EVENTS

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "event": self.name, "data": dict(self.data)}
