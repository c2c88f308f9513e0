"""A job as the graph that it is run as: one node, with what goes into it."""

from contracts.base import NodeId
from contracts.catalogue import NODE_TYPES
from contracts.models import LOCAL
from contracts.nodes import InputPort, NodeType, PortType
from contracts.workflow import Workflow, WorkflowEdge, WorkflowNode
from gateway.desk import Desk
from gateway.http.bodies_jobs import JobInput, NewJob
from gateway.http.naming import Named, by_id
from gateway.http.places import Place, in_body
from gateway.http.problems import Problem, invalid

JOB = NodeId("job")
Loc = tuple[str | int, ...]


async def named_in(desk: Desk, user: str, body: NewJob) -> Named:
    given = [one for values in body.inputs.values() for one in values]
    assets = {one.asset_id for one in given if one.asset_id is not None}
    return await by_id(desk, user, assets, {one.character_id for one in given if one.character_id is not None})


def workflow_of(body: NewJob, things: Named) -> Workflow:
    """The graph of a job.

    Raises:
        Problem: an operation, port, asset or character that there is not, or one that does not fit, by name.
    """
    kind = _operation(body)
    nodes, edges = [], []
    for name, values in body.inputs.items():
        port = _port(kind, name, values)
        for index, given in enumerate(values):
            type_, params, output = _source(port, index, given, things)
            source = f"{name}-{index}"
            nodes.append(WorkflowNode(id=source, type=type_, params=params))
            edges.append(
                WorkflowEdge(
                    source_node_id=source, source_port=output, target_node_id=JOB, target_port=name, order=index
                )
            )
    job = WorkflowNode(id=JOB, type=kind.name, params=_params(kind, body))
    return Workflow(name=kind.title, nodes=(*nodes, job), edges=tuple(edges), outputs=(JOB,))


def in_job(workflow: Workflow) -> Place:
    """Where in the request it is, of what the orchestrator says of the graph, or of the run of it."""
    ids = [node.id for node in workflow.nodes]

    def place(loc: Loc) -> Loc:
        match loc:
            case ("graph", "nodes", int(index), *rest) if index < len(ids):
                return _of_node(ids[index], tuple(rest))
            case ("nodes", str(node_id), *rest) if node_id in ids:
                return _of_node(node_id, tuple(rest))
            case _:
                return in_body(loc)

    return place


def _of_node(node_id: str, rest: Loc) -> Loc:
    if node_id != JOB:
        port, _, index = node_id.rpartition("-")
        return ("body", "inputs", port, int(index))
    match rest:
        case ("params", "provider"):
            return ("body", "provider_id")
        case ("type",):
            return ("body", "operation_type")
        case _:
            return ("body", *rest)


def _operation(body: NewJob) -> NodeType:
    kind = NODE_TYPES.get(body.operation_type)
    if kind is None or kind.queue is None:
        names = ", ".join(one.name for one in NODE_TYPES.values() if one.queue is not None and one.available)
        message = f"There is no operation {body.operation_type!r}. There are: {names}."
        raise invalid(["body", "operation_type"], message, "unknown-operation")
    return kind


def _params(kind: NodeType, body: NewJob) -> dict[str, object]:
    if "provider" in body.params:
        raise invalid(["body", "params", "provider"], "The provider is said as provider_id.", "invalid-param")
    if kind.generative:
        return {**body.params, "provider": body.provider_id}
    if body.provider_id != LOCAL:
        message = f"{kind.name} is done by no provider but {LOCAL!r}."
        raise invalid(["body", "provider_id"], message, "unknown-provider")
    return dict(body.params)


def _port(kind: NodeType, name: str, values: tuple[JobInput, ...]) -> InputPort:
    port = kind.input(name)
    if port is None:
        known = ", ".join(one.name for one in kind.inputs) or "none"
        message = f"{kind.name} has no input {name!r}. It takes: {known}."
        raise invalid(["body", "inputs", name], message, "unknown-port")
    if len(values) > 1 and not port.many:
        raise invalid(["body", "inputs", name], f"{name} takes one value, not {len(values)}.", "occupied-input")
    return port


def _source(port: InputPort, index: int, given: JobInput, things: Named) -> tuple[str, dict[str, object], str]:
    """Node type, params and output port of what goes in."""
    loc: Loc = ("body", "inputs", port.name, index)
    if given.character_id is not None:
        if given.character_id not in things.characters:
            raise invalid([*loc, "character_id"], f"There is no character {given.character_id!r}.", "unknown-character")
        _fits(port, PortType.CHARACTER, loc)
        return "character", {"character_id": given.character_id}, "character"
    if given.asset_id is None:
        _fits(port, PortType.TEXT, loc)
        return "text", {"text": given.text}, "text"
    asset = things.media.get(given.asset_id)
    if asset is None:
        raise invalid([*loc, "asset_id"], f"There is no asset {given.asset_id!r}.", "unknown-asset")
    _fits(port, PortType(asset.type), loc)
    return "asset", {"asset_id": given.asset_id}, asset.type


def _fits(port: InputPort, type_: PortType, loc: Loc) -> None:
    if not port.type.accepts(type_):
        message = f"{port.name} takes {port.type.value}, not {type_.value}."
        flaw = {"loc": list(loc), "message": message}
        raise Problem(422, "type-mismatch", message, errors=[flaw])
