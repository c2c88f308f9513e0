"""How an execution is started from an earlier one."""

from starlette.responses import Response

from contracts.base import NodeId, ProjectId, RunId, UserId
from contracts.run import StartRun
from gateway.desk import Desk
from gateway.http import bodies, translate
from gateway.http.once import Ids
from gateway.http.places import in_fork
from gateway.http.problems import Problem
from gateway.http.starting import begin
from gateway.views.rows import RunRow


async def fork(desk: Desk, user: UserId, ids: Ids, run: RunRow, body: bodies.Fork) -> Response:
    """202, with where to look.

    Raises:
        Problem: the run never began, or an edit does not fit it.
    """
    if run.refused:
        reason = (run.error or {}).get("message", "")
        raise _not_forkable(f"The execution was refused, so there is nothing to fork: {reason}")
    if run.state == "pending":
        raise _not_forkable("The execution has not begun yet. Fork it when it has.")
    media = await desk.assets.values(user, translate.edited_assets(body.edits))
    assets = {
        op.node_id: "asset" for op in body.edits if isinstance(op, bodies.ChangeNodeOp) and "asset_id" in op.params
    }
    command = StartRun(
        fork_of=RunId(run.id),
        fork_basis=run.seq,
        gone=tuple(NodeId(id_) for id_ in await desk.shelf.uses.deleted(run.id)),
        edits=translate.ops(body.edits, assets, media, ids, "edits"),
        output_node_ids=tuple(NodeId(id_) for id_ in body.output_node_ids),
        variables=body.variables,
        assets=media,
        budget=body.budget,
        priority=body.priority,
        body_digest=ids.digest,
    )
    return await begin(desk, user, ids, (ProjectId(run.project_id), command), in_fork(body))


def _not_forkable(detail: str) -> Problem:
    return Problem(409, "not-forkable", detail, errors=[{"loc": ["path", "execution_id"], "message": detail}])
