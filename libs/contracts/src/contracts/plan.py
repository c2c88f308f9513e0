"""What a run will do: its graph as it is frozen, and every node of it with nothing left to look up."""

from contracts.base import Message, MicroCredits, NodeId, ProjectId, RunId
from contracts.graph import Edge, Node
from contracts.models import Params
from contracts.subjects import NO_PROJECT, Queue
from contracts.values import CharacterValue, MediaValue


class Source(Message):
    """Where an input comes from."""

    node_id: NodeId
    port: str


class PlannedInput(Message):
    port: str
    many: bool
    sources: tuple[Source, ...]


class PlannedNode(Message):
    """A node as it will run: everything resolved, nothing left to look up."""

    id: NodeId
    type: str
    type_version: int = 1
    title: str | None = None
    params: Params
    """Without provider, model, seed and pick, which have fields of their own. Defaults filled in."""
    provider: str | None = None
    model: str | None = None
    paid: bool = False
    account: str | None = None
    """The user's own at the provider, by name. None: the installation's."""
    seed: int = 0
    """The effective one: of the param and the variation."""
    variation: int = 0
    pick: int = 0
    inputs: tuple[PlannedInput, ...] = ()
    queue: Queue | None = None
    cacheable: bool = True
    asset: MediaValue | None = None
    """Of an `asset` node."""
    character: CharacterValue | None = None
    """Of a `character` node."""
    judged: bool = False
    """What it makes is compared with its characters before it is done."""
    estimate: MicroCredits = 0
    high: MicroCredits | None = None
    """Most that one attempt is thought to cost; budgets and reservations go by it. None: by the estimate."""
    max_prompt_chars: int | None = None
    """The model's. Checked once more when the prompt has been put together."""


class Plan(Message):
    """What is needed for the outputs, in an order in which every node comes after its sources."""

    nodes: tuple[PlannedNode, ...]
    outputs: tuple[NodeId, ...]


class Origin(Message):
    """Where a result is made, was made, or is waited for."""

    run_id: RunId
    node_id: NodeId
    project_id: ProjectId = NO_PROJECT


class InlineGraph(Message):
    """A workflow sent with the request instead of a saved graph."""

    name: str = "Untitled"
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()


class Frozen(Message):
    """All that a run was made from: enough to make another one from it."""

    graph: InlineGraph
    assets: dict[str, MediaValue] = {}
    characters: dict[str, CharacterValue] = {}
    output_node_ids: tuple[NodeId, ...] = ()
    """As they were asked for. None: all outputs of the graph."""
    preferred_models: tuple[str, ...] = ()
