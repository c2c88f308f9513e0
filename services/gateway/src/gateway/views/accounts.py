"""All that is known of a run when it is compared with another: what was drawn, planned, sent and made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.base import NodeId, ProjectId, RunId
from contracts.envelope import RunDecision, RunLetter, unseal
from contracts.run import NodeCached, NodeInherited, NodeSucceeded, Origin, PlannedNode, RunEvent, RunStarted, StartRun
from contracts.subjects import Subjects
from gateway.views.read_graphs import Graphs
from gateway.views.rows import NodeRow, RunRow
from gateway.views.sheet import Sheet
from kit.log import Log

Json = dict[str, Any]
_HOPS = 100
"""From where a result was taken over to where that was taken over from, and so on."""


@dataclass(frozen=True)
class Account:
    run: RunRow
    nodes: Mapping[str, NodeRow]
    plan: Mapping[str, PlannedNode]
    drawn: Mapping[str, Json]
    """Nodes of the graph as it was frozen, by id."""
    edges: Sequence[Json]
    variables: Mapping[str, str] = field(default_factory=dict)
    prompts: Mapping[str, str] = field(default_factory=dict)
    """As the provider got them, by node; of what was taken over: as they were sent then."""


class Accounts:
    def __init__(self, log: Log, subjects: Subjects, graphs: Graphs) -> None:
        self._log = log
        self._subjects = subjects
        self._graphs = graphs
        self._read: dict[str, list[RunEvent]] = {}

    async def of(self, run: RunRow, nodes: Sequence[NodeRow]) -> Account | None:
        """None: it never began."""
        events = await self._events(ProjectId(run.project_id), run.id)
        started = next((event for event in events if isinstance(event, RunStarted)), None)
        if started is None:
            return None
        drawn, edges = await self._graph(run, started)
        return Account(
            run,
            {node.node_id: node for node in nodes},
            {node.id: node for node in started.plan.nodes},
            drawn,
            edges,
            started.variables,
            await self._prompts(events),
        )

    async def _events(self, project: ProjectId, run_id: str) -> list[RunEvent]:
        if run_id not in self._read:
            records = await self._log.read(
                self._subjects.events("run", project, run_id),
                self._subjects.imported("evt", project, RunId(run_id), "_"),
            )
            self._read[run_id] = [event for one in records for event in unseal(RunDecision, one.data).events]
        return self._read[run_id]

    async def _graph(self, run: RunRow, started: RunStarted) -> tuple[Mapping[str, Json], Sequence[Json]]:
        """What was frozen: with the run itself, with its request, or as a version of a saved graph."""
        graph = started.frozen.graph if started.frozen else None
        if graph is None and started.graph_id is None:
            graph = (await self._asked(run, started)).inline
        if graph is not None:
            nodes: dict[str, Json] = {node.id: node.model_dump(mode="json") for node in graph.nodes}
            return nodes, [edge.model_dump(mode="json") for edge in graph.edges]
        sheet = await self._graphs.as_it_was(Sheet(started.graph_id or ""), started.graph_version or 0)
        return (sheet.nodes, list(sheet.edges.values())) if sheet else ({}, ())

    async def _asked(self, run: RunRow, started: RunStarted) -> StartRun:
        told = self._subjects.imported("cmd", ProjectId(run.project_id), RunId(run.id), "_")
        for record in await self._log.read(self._subjects.command("run", run.project_id, run.id), told):
            command = unseal(RunLetter, record.data).command
            if isinstance(command, StartRun) and command.body_digest == started.body_digest:
                return command
        return StartRun()

    async def _prompts(self, events: Sequence[RunEvent]) -> dict[str, str]:
        found = {}
        for event in events:
            if isinstance(event, NodeSucceeded | NodeCached | NodeInherited):
                prompt = await self._prompt(event)
                if prompt is not None:
                    found[str(event.node_id)] = prompt
        return found

    async def _prompt(self, made: NodeSucceeded | NodeCached | NodeInherited) -> str | None:
        """As it was sent where the result was really made."""
        for _ in range(_HOPS):
            if isinstance(made, NodeSucceeded):
                return made.prompt_sent
            before = await self._making(made.origin)
            if before is None:
                return None
            made = before
        return None

    async def _making(self, origin: Origin) -> NodeSucceeded | NodeCached | NodeInherited | None:
        events = await self._events(origin.project_id, RunId(origin.run_id))
        return next((event for event in reversed(events) if _made(event, origin.node_id)), None)  # type: ignore[return-value]  # `_made` looked


def _made(event: RunEvent, node_id: NodeId) -> bool:
    return isinstance(event, NodeSucceeded | NodeCached | NodeInherited) and event.node_id == node_id
