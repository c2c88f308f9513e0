"""Nodes and edges of a graph."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from contracts.base import EdgeId, NodeId
from contracts.graph import RemoveEdge, RemoveNode, VaryNode
from gateway.desk import Desk
from gateway.http import bodies, shapes, translate
from gateway.http.asking import TheDesk, TheUser, answer, etag, is_id
from gateway.http.body import StrictRoute
from gateway.http.editing import Editing, editing
from gateway.http.naming import named
from gateway.http.once import Ids, once
from gateway.http.places import in_change, in_new
from gateway.http.problems import not_found
from gateway.http.starting import Start, start
from gateway.views.sheet import Sheet

router = APIRouter(prefix="/api/graphs/{graph_id}", tags=["nodes and edges"], route_class=StrictRoute)


async def _node_answer(desk: Desk, sheet: Sheet, node_id: str, status: int = 200) -> Response:
    node = sheet.nodes.get(node_id)
    if node is None:  # removed by someone else in this very moment
        raise not_found("node")
    last = await desk.graphs.last_runs([sheet.id])
    shown = desk.graphs.show_node(node, last.get(sheet.id, {}).get(node_id))
    location = {"location": f"/api/graphs/{sheet.id}/nodes/{node_id}"} if status == 201 else {}  # noqa: PLR2004  created
    return answer(shown, status, etag=etag(sheet.version), **location)


def _has_node(hands: Editing, node_id: str) -> str:
    """Give its type."""
    node = hands.sheet.nodes.get(node_id)
    if node is None:
        raise not_found("node")
    return str(node["type"])


@router.post("/nodes", status_code=201, response_model=shapes.NodeShape)
async def add_node(graph_id: str, body: bodies.NewNode, request: Request, desk: TheDesk, user: TheUser) -> Response:
    """Its ports are made from its type."""

    async def work(ids: Ids) -> Response:
        hands = await editing(request, desk, user, graph_id, ids)
        node_id = body.id or ids.mint("node")
        things = await named(desk, user, [body.params])
        sheet = await hands.edit(translate.add_node(body, node_id, things, ("body",)), place=in_new)
        return await _node_answer(desk, sheet, node_id, 201)

    return await once(request, desk, user, work)


@router.patch("/nodes/{node_id}", response_model=shapes.NodeShape)
async def change_node(
    graph_id: str, node_id: str, body: bodies.NodeChange, request: Request, desk: TheDesk, user: TheUser
) -> Response:
    """What is absent stays; `params` are merged, and null takes a parameter away."""
    hands = await editing(request, desk, user, graph_id, Ids())
    type_ = _has_node(hands, node_id)
    translate.same_type(body.type, type_)
    things = await named(desk, user, [body.params])
    op = translate.change_node(body, node_id, type_, things, ("body",))
    return await _node_answer(desk, await hands.edit(op, addressed=("graph", "node"), place=in_change), node_id)


@router.delete("/nodes/{node_id}", status_code=204)
async def remove_node(graph_id: str, node_id: str, request: Request, desk: TheDesk, user: TheUser) -> Response:
    """Takes its edges with it."""
    hands = await editing(request, desk, user, graph_id, Ids())
    _has_node(hands, node_id)
    sheet = await hands.edit(RemoveNode(node_id=NodeId(node_id)), addressed=("graph", "node"), place=in_change)
    return Response(status_code=204, headers={"etag": etag(sheet.version)})


@router.post("/nodes/{node_id}/regenerate", status_code=202, response_model=shapes.ExecutionShape)
async def regenerate(graph_id: str, node_id: str, request: Request, desk: TheDesk, user: TheUser) -> Response:
    """Make another variation of this node: an execution with it as output."""

    async def work(ids: Ids) -> Response:
        hands = await editing(request, desk, user, graph_id, ids)
        _has_node(hands, node_id)
        sheet = await hands.edit(VaryNode(node_id=NodeId(node_id)), addressed=("graph", "node"), place=in_change)
        return await start(desk, user, ids, Start(sheet=sheet, outputs=(node_id,)))

    return await once(request, desk, user, work)


async def _add_edge(graph_id: str, body: bodies.NewEdge, request: Request, desk: TheDesk, user: TheUser) -> Response:
    async def work(ids: Ids) -> Response:
        hands = await editing(request, desk, user, graph_id, ids)
        edge_id = body.id or ids.mint("edge")
        sheet = await hands.edit(translate.add_edge(body, edge_id), place=in_new)
        edge = sheet.edges.get(edge_id)
        if edge is None:
            raise not_found("edge")
        location = f"/api/graphs/{graph_id}/edges/{edge_id}"
        return answer(edge, 201, etag=etag(sheet.version), location=location)

    return await once(request, desk, user, work)


async def _remove_edge(graph_id: str, edge_id: str, request: Request, desk: TheDesk, user: TheUser) -> Response:
    hands = await editing(request, desk, user, graph_id, Ids())
    if not is_id(edge_id) or edge_id not in hands.sheet.edges:
        raise not_found("edge")
    sheet = await hands.edit(RemoveEdge(edge_id=EdgeId(edge_id)), addressed=("graph", "edge"))
    return Response(status_code=204, headers={"etag": etag(sheet.version)})


for name in ("edges", "connections"):
    one = name.removesuffix("s")
    router.add_api_route(
        f"/{name}", _add_edge, methods=["POST"], status_code=201, response_model=shapes.EdgeShape, name=f"add_{one}"
    )
    router.add_api_route(
        f"/{name}/{{edge_id}}", _remove_edge, methods=["DELETE"], status_code=204, name=f"remove_{one}"
    )
