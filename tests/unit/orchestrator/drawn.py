"""Short words for what the tests draw."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.base import AssetId, EdgeId, GraphId, MessageId, NodeId, ProjectId, UserId
from contracts.envelope import GraphDecision, GraphLetter
from contracts.graph import (
    AddEdge,
    AddNode,
    ChangeNode,
    CreateGraph,
    Edge,
    EditGraph,
    GraphCommand,
    GraphEvent,
    Node,
    Op,
)
from contracts.models import Model, ModelBook, ParamLimit, Provider
from contracts.problems import Flaw, Rejected
from contracts.run import StartRun
from contracts.values import MediaValue
from orchestrator.domain.graph import UNBORN, Graph, apply, decide

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)

BOOK = ModelBook(
    providers=(
        Provider(name="local", title="This machine", help=""),
        Provider(name="cloud", title="Cloud", help="", needs=("CLOUD_KEY", "OTHER_KEY")),
    ),
    models=(
        Model(
            provider="local",
            id="painter",
            title="Painter",
            operations=("text_to_image", "image_to_image"),
            paid=False,
            max_prompt_chars=100,
            max_inputs={"reference": 1},
        ),
        Model(
            provider="local",
            id="second-painter",
            title="Second painter",
            operations=("text_to_image",),
            limits={"resolution": ParamLimit(choices=("2K", "4K"))},
            estimates={"text_to_image": 300},
        ),
        Model(provider="local", id="eye", title="Eye", operations=("image_to_text",), paid=False),
        Model(provider="local", id="writer", title="Writer", operations=("text_to_text",), paid=False),
        Model(
            provider="local",
            id="old",
            title="Old",
            operations=("text_to_image",),
            status="retired",
            retired_on=date(2026, 1, 2),
            replaced_by="painter",
        ),
        Model(provider="cloud", id="cloud-painter", title="Cloud painter", operations=("text_to_image", "upscale")),
    ),
)

PHOTO = MediaValue(type="image", asset_id=AssetId("photo1"), sha256="a" * 64, mime="image/png", bytes=10)


def node(id_: str, type_: str, title: str | None = None, **params: Any) -> AddNode:
    media = "image" if type_ == "asset" else None
    return AddNode(node_id=NodeId(id_), node_type=type_, title=title, params=params, media=media)


def edge(id_: str, source: str, target: str, order: int | None = None) -> AddEdge:
    """Ends are written `node.port`."""
    (source_node, source_port), (target_node, target_port) = source.split("."), target.split(".")
    return AddEdge(
        edge_id=EdgeId(id_),
        source_node_id=NodeId(source_node),
        source_port=source_port,
        target_node_id=NodeId(target_node),
        target_port=target_port,
        order=order,
    )


def change(id_: str, **fields: Any) -> ChangeNode:
    return ChangeNode(node_id=NodeId(id_), **fields)


def letter(command: GraphCommand, id_: str = "m1", user: str = "local") -> GraphLetter:
    return GraphLetter(
        id=MessageId(id_),
        at=NOON,
        user_id=UserId(user),
        project_id=ProjectId("default"),
        aggregate_id="g1",
        command=command,
    )


def decision(events: tuple[GraphEvent, ...], answers: str = "m1") -> GraphDecision:
    return GraphDecision(
        id=MessageId(f"d-{answers}"), at=NOON, actor="local", answers=MessageId(answers), events=events
    )


def told(graph: Graph, command: GraphCommand, old: Graph | None = None, id_: str | None = None) -> Graph:
    """The graph after a command."""
    name = id_ or f"m{graph.seq + 1}"
    events = decide(letter(command, name), graph, BOOK, NOON, old)
    return apply(graph, decision(events, name), graph.seq + 1)


def drawn(*ops: Op) -> Graph:
    return told(UNBORN, CreateGraph(name="Lighthouse", ops=ops, body_digest="one"))


def edited(graph: Graph, *ops: Op) -> Graph:
    return told(graph, EditGraph(ops=ops))


def refused(graph: Graph, command: GraphCommand, old: Graph | None = None) -> tuple[Flaw, ...]:
    with pytest.raises(Rejected) as no:
        decide(letter(command), graph, BOOK, NOON, old)
    return no.value.rejection.errors


def refused_ops(graph: Graph, *ops: Op) -> Flaw:
    return refused(graph, EditGraph(ops=ops))[0]


WALK = (
    node("idea", "text", text="a lighthouse at {{hour}}"),
    node("paint", "text_to_image"),
    node("look", "image_to_text"),
    node("again", "image_to_image"),
    node("final", "output"),
    edge("e1", "idea.text", "paint.prompt"),
    edge("e2", "paint.image", "look.image"),
    edge("e3", "look.text", "again.prompt"),
    edge("e4", "paint.image", "again.image"),
    edge("e5", "again.image", "final.value"),
)
"""The acceptance walk: text, image, description, variation, output."""


def inline_node(id_: str, type_: str, **params: Any) -> Node:
    return Node(id=NodeId(id_), type=type_, params=params)


def inline_edge(id_: str, source: str, target: str) -> Edge:
    return Edge.model_validate(edge(id_, source, target).model_dump(exclude={"type", "order"}) | {"id": id_})


def start(**fields: Any) -> StartRun:
    return StartRun(graph_id=GraphId("g1"), **fields)
