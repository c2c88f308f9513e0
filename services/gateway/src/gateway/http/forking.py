"""How an execution is started from an earlier one."""

from starlette.responses import Response

from contracts.base import NodeId, ProjectId, RunId, UserId
from contracts.run import StartRun
from gateway.desk import Desk
from gateway.http import bodies, translate
from gateway.http.naming import named
from gateway.http.once import Ids
from gateway.http.paying import count_start
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
    things = await named(desk, user, translate.edited(body.edits))
    kinds = {
        op.node_id: kind
        for op in body.edits
        if isinstance(op, bodies.ChangeNodeOp)
        for kind in ("asset", "character")
        if f"{kind}_id" in op.params
    }
    command = StartRun(
        fork_of=RunId(run.id),
        fork_basis=run.seq,
        gone=tuple(dict.fromkeys(NodeId(node) for node, _ in await desk.shelf.uses.deleted(run.id))),
        edits=translate.ops(body.edits, kinds, things, ids, "edits"),
        output_node_ids=tuple(NodeId(id_) for id_ in body.output_node_ids),
        variables=body.variables,
        assets=dict(things.media),
        characters=dict(things.characters),
        unjudged=not desk.cast.faces.on,
        budget=body.budget,
        daily_budget=await _daily_budget(desk, user, run.project_id),
        priority=body.priority,
        body_digest=ids.digest,
    )
    await count_start(desk, user, command)
    return await begin(desk, user, ids, (ProjectId(run.project_id), command), in_fork(body))


async def _daily_budget(desk: Desk, user: UserId, project_id: str) -> int | None:
    project = await desk.projects.find(user, project_id) if desk.money.on else None
    return project.settings.get("daily_budget") if project else None


def _not_forkable(detail: str) -> Problem:
    return Problem(409, "not-forkable", detail, errors=[{"loc": ["path", "execution_id"], "message": detail}])
