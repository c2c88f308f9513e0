"""How a run is started: from a saved graph or from a workflow sent along."""

from dataclasses import dataclass, field

from starlette.responses import Response

from contracts.base import GraphId, MessageId, NodeId, ProjectId, UserId
from contracts.run import Priority, StartRun
from contracts.workflow import Workflow
from gateway.commands import Ask, NoAnswer
from gateway.desk import Desk
from gateway.http import translate
from gateway.http.asking import answer, encoded, the_project
from gateway.http.editing import accepted
from gateway.http.naming import Named, named
from gateway.http.once import Ids
from gateway.http.paying import count_start
from gateway.http.places import Place, in_start
from gateway.http.problems import Problem, invalid
from gateway.views.rows import RunRow
from gateway.views.sheet import Sheet
from gateway.views.shown_runs import show
from kit.errors import TooLarge

_NAMING = frozenset({"asset", "character"})
"""Types of nodes whose params name something."""


@dataclass(frozen=True)
class Start:
    """What is to be run: one of `sheet` and `workflow`."""

    sheet: Sheet | None = None
    workflow: Workflow | None = None
    project_id: str | None = None
    outputs: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)
    budget: int | None = None
    priority: Priority = "normal"


async def run_command(desk: Desk, user: UserId, what: Start, digest: str) -> tuple[ProjectId, StartRun]:
    """Everything that is looked up at the door: project, variables, preferred models, assets, characters."""
    sheet, workflow = what.sheet, what.workflow
    project = await the_project(desk, user, sheet.project_id if sheet else what.project_id)
    command = StartRun(
        output_node_ids=tuple(NodeId(id_) for id_ in what.outputs or (workflow.outputs if workflow else ())),
        variables={**project.variables, **(workflow.variables if workflow else {}), **what.variables},
        preferred_models=project.preferred_models(desk.book),
        budget=what.budget,
        daily_budget=project.settings.get("daily_budget"),
        priority=what.priority,
        body_digest=digest,
        unjudged=not desk.cast.faces.on,
    )
    if sheet is not None:
        things = await named(desk, user, [node["params"] for node in sheet.nodes.values() if node["type"] in _NAMING])
        saved = {"graph_id": GraphId(sheet.id), "graph_version": sheet.version, **_told(things)}
        return ProjectId(project.id), command.model_copy(update=saved)
    if workflow is None:
        raise ValueError("a graph or a workflow")
    things = await named(desk, user, [node.params for node in workflow.nodes if node.type in _NAMING])
    update = {"inline": translate.inline(workflow, things), **_told(things)}
    return ProjectId(project.id), command.model_copy(update=update)


def _told(things: Named) -> dict[str, object]:
    return {"assets": dict(things.media), "characters": dict(things.characters)}


async def start(desk: Desk, user: UserId, ids: Ids, what: Start) -> Response:
    """202, with where to look. Before the orchestrator has decided, if it takes its time."""
    project, command = await run_command(desk, user, what, ids.digest)
    await count_start(desk, user, command, what.sheet)
    return await begin(desk, user, ids, (project, command), in_start(what.workflow))


async def begin(desk: Desk, user: UserId, ids: Ids, what: tuple[ProjectId, StartRun], place: Place) -> Response:
    project, command = what
    if accounts := await desk.accounts.defaults(user):
        command = command.model_copy(update={"accounts": dict(accounts)})
    run_id = ids.mint("run")
    ask = Ask(MessageId(ids.mint("start")), user, project, run_id)
    try:
        accepted(await desk.commands.run(ask, command), ("execution",) if command.fork_of else (), place)
    except NoAnswer:
        pending = RunRow(
            run_id,
            0,
            project,
            user,
            desk.clock(),
            graph_id=command.graph_id,
            budget=command.budget,
            forked_from=command.fork_of,
        )
        found = await desk.runs.find(user, run_id) or pending
        return answer(show(found, ()), 202, location=f"/api/executions/{run_id}", retry_after="1")
    except TooLarge as error:
        raise Problem(413, "graph-too-large", "The graph is too large to be run at once.") from error
    return await execution_answer(desk, user, run_id, 202, location=f"/api/executions/{run_id}")


async def execution_answer(desk: Desk, user: str, run_id: str, status: int = 200, **headers: str) -> Response:
    found = await desk.runs.shown(user, run_id)
    if found is None:
        raise invalid(["body"], "The execution is not there any more.")
    return encoded(found.json(desk.heard.of), status, **headers)
