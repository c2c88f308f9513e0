"""A React Flow drawing made a graph."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from pydantic_core import to_json
from starlette.responses import Response

from contracts.graph import MAX_EDGES, Describe
from contracts.workflow import Workflow
from gateway.flow.fitting import fit
from gateway.flow.mapping import Drawing, Remark, mapped, named_in
from gateway.http import shapes, translate
from gateway.http.asking import TheDesk, TheUser, encoded, the_project
from gateway.http.bodies_flow import NewFlow
from gateway.http.body import StrictRequest, StrictRoute
from gateway.http.graphs import Draft, create
from gateway.http.naming import by_id
from gateway.http.once import Ids, once
from gateway.http.places import Loc, Place, in_workflow
from gateway.http.problems import Problem, invalid
from gateway.http.state import MAX_STATE_BYTES

MAX_FRAMES = 500
_MOST_TOLD = 100
_FIELDS = {
    "params": ("data", "params"),
    "source_port": ("sourceHandle",),
    "target_port": ("targetHandle",),
    "source_node_id": ("source",),
    "target_node_id": ("target",),
}


class _Request(StrictRequest):
    max_bytes = MAX_STATE_BYTES


class _Route(StrictRoute):
    request_class = _Request


router = APIRouter(prefix="/api/graphs", tags=["graphs"], route_class=_Route)


class RemarkShape(BaseModel):
    loc: list[str | int]
    message: str


class ImportedShape(shapes.GraphShape):
    import_notes: list[RemarkShape]
    """What is called otherwise now; with `lenient`, also what was left out."""


@router.post("/import/flow", status_code=201, response_model=ImportedShape)
async def import_flow(body: NewFlow, request: Request, desk: TheDesk, user: TheUser) -> Response:
    """Make a graph of what React Flow's toObject() gives: types to node types, handles to ports."""

    async def work(ids: Ids) -> Response:
        project = await the_project(desk, user, body.project_id)
        things = await by_id(desk, user, named_in(body, "asset_id"), named_in(body, "character_id"))
        drawing = mapped(body, things.media, things.characters)
        if body.lenient:
            fit(drawing, things.media, desk.book())
        elif drawing.remarks:
            raise _unmappable(drawing.remarks)
        workflow = _workflow(body, drawing)
        ops = translate.workflow_ops(workflow, things)
        if drawing.notes or drawing.frames:
            ops = (*ops, Describe(notes=tuple(drawing.notes), frames=tuple(drawing.frames)))
        draft = Draft(project.id, workflow.name, ops, _in_flow(workflow, drawing))
        return _with_notes(await create(desk, user, ids, draft), (*drawing.remarks, *drawing.hints))

    return await once(request, desk, user, work)


def _workflow(body: NewFlow, drawing: Drawing) -> Workflow:
    translate.check_size(len(drawing.nodes))
    if len(drawing.edges) > MAX_EDGES:
        message = f"A graph may have at most {MAX_EDGES:,} edges; this has {len(drawing.edges):,}."
        raise invalid(["body", "edges"], message, "graph-too-large")
    if max(len(drawing.notes), len(drawing.frames)) > MAX_FRAMES:
        raise invalid(["body", "nodes"], f"A graph may have at most {MAX_FRAMES} notes and frames.", "graph-too-large")
    nodes, edges = (tuple(one for _, one in found) for found in (drawing.nodes, drawing.edges))
    return Workflow(name=body.name, nodes=nodes, edges=edges)


def _in_flow(workflow: Workflow, drawing: Drawing) -> Place:
    """Where in the flow it is, of what the orchestrator says of the graph."""
    in_graph = in_workflow(workflow)
    places = {"nodes": [index for index, _ in drawing.nodes], "edges": [index for index, _ in drawing.edges]}

    def place(loc: Loc) -> Loc:
        match in_graph(loc):
            case ("body", "nodes" | "edges" as what, int(index), *rest) if index < len(places[what]):
                name, *more = rest or ("",)
                fields = _FIELDS.get(str(name), (name,)) if rest else ()
                return ("body", what, places[what][index], *fields, *more)
            case other:
                return other

    return place


def _shown(remarks: Sequence[Remark]) -> list[dict[str, Any]]:
    return [{"loc": ["body", *remark.loc], "message": remark.message} for remark in remarks[:_MOST_TOLD]]


def _unmappable(remarks: Sequence[Remark]) -> Problem:
    more = f" And {len(remarks) - 1:,} more." if len(remarks) > 1 else ""
    detail = f"{remarks[0].message}{more} With lenient: true, what does not fit is left out and told."
    return Problem(422, "cannot-be-mapped", detail, errors=_shown(remarks))


def _with_notes(created: Response, remarks: Sequence[Remark]) -> Response:
    headers = {name: created.headers[name] for name in ("location", "etag")}
    body = b'%b,"import_notes":%b}' % (bytes(created.body)[:-1], to_json(_shown(remarks)))
    return encoded(body, created.status_code, **headers)
