"""Where in the request something is wrong: the domain speaks of commands, the client knows only what it sent."""

from collections.abc import Callable, Sequence

from contracts.workflow import Workflow
from gateway.http import bodies

Loc = tuple[str | int, ...]
Place = Callable[[Loc], Loc]
_ADDED = {"node_type": "type", "node_id": "id", "edge_id": "id"}


def in_body(loc: Loc) -> Loc:
    """All but the version that a change was made to: If-Match says it."""
    return ("header", "if-match") if loc[:1] == ("if_version",) else ("body", *loc)


def in_path(loc: Loc) -> Loc:
    """Of a request whose path names the execution, and perhaps its node."""
    match loc:
        case ():
            return ("path", "execution_id")
        case ("node_id", *_):
            return ("path", *loc)
        case _:
            return in_body(loc)


def _renamed(loc: Loc) -> Loc:
    """Fields of what is added are called otherwise in a command."""
    return (_ADDED.get(str(loc[0]), loc[0]), *loc[1:]) if loc else loc


def _of_op(loc: Loc, field: str = "ops") -> tuple[int, Loc] | None:
    """Which op, and where in it."""
    match loc:
        case (str(there), int(index), *rest) if there == field:
            return index, tuple(rest)
        case _:
            return None


def in_new(loc: Loc) -> Loc:
    """Of a request that adds one node or edge: the command's only op."""
    found = _of_op(loc)
    return ("body", *_renamed(found[1])) if found else in_body(loc)


def in_change(loc: Loc) -> Loc:
    """Of a request that changes the one node that its path names."""
    found = _of_op(loc)
    if found is None:
        return in_body(loc)
    return ("path", "node_id") if found[1][:1] == ("node_id",) else ("body", *found[1])


def in_edits(sent: Sequence[bodies.EditOp], field: str = "ops") -> Place:
    def place(loc: Loc) -> Loc:
        found = _of_op(loc, field)
        if found is None:
            return in_body(loc)
        index, rest = found
        adds = isinstance(sent[index], bodies.AddNodeOp | bodies.AddEdgeOp)
        return ("body", field, index, *(_renamed(rest) if adds else rest))

    return place


def in_fork(body: bodies.Fork) -> Place:
    """Of a request to fork the execution that its path names: its edits, its own fields, or a node of the graph."""
    in_its_edits = in_edits(body.edits, "edits")

    def place(loc: Loc) -> Loc:
        match loc:
            case () | ("fork_of", *_):
                return ("path", "execution_id")
            case ("nodes", *rest):
                return ("graph", "nodes", *rest)
            case _:
                return in_its_edits(loc)

    return place


def in_workflow(workflow: Workflow) -> Place:
    """Of a workflow that is drawn: an op for each node, then one for each edge."""

    def place(loc: Loc) -> Loc:
        found = _of_op(loc)
        if found is None:
            return in_body(loc)
        index, rest = found
        nodes = len(workflow.nodes)
        where = ("nodes", index) if index < nodes else ("edges", index - nodes)
        return ("body", *where, *_renamed(rest))

    return place


def in_start(workflow: Workflow | None) -> Place:
    """Of a request to run something: its own fields, or a node of the graph by its id."""
    ids: Sequence[str] = [node.id for node in workflow.nodes] if workflow else ()

    def place(loc: Loc) -> Loc:
        match loc:
            case ("nodes", str(node_id), *rest) if node_id in ids:
                return ("body", "graph", "nodes", ids.index(node_id), *rest)
            case ("nodes", *rest):
                return ("graph", "nodes", *rest)
            case _:
                return in_body(loc)

    return place
