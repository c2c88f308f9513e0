"""A stand-in for the orchestrator: obeys graph commands literally, and starts runs that the test then moves."""

import asyncio

from contracts import graph as g
from contracts import run as r
from contracts.catalogue import NODE_TYPES
from contracts.envelope import Answer, GraphDecision, GraphLetter, ReportLetter, RunDecision, RunLetter, seal, unseal
from contracts.problems import Reason, Rejected, reject
from contracts.subjects import Subjects
from contracts.work import Claimed
from kit.clock import utc_now as now
from kit.ids import new_id
from kit.log_jetstream import JetStreamLog


class Decider:
    """`python` of its own would be the orchestrator; this one knows just enough for the gateway's tests."""

    def __init__(self, nc, prefix):
        self.nc = nc
        self.subjects = Subjects(prefix)
        self.log = JetStreamLog(nc, self.subjects.log)
        self.graphs = {}
        self.answers = {}
        self.asked = []
        self.silent = False

    async def obey(self):
        """Commands as they come, for ever."""
        async for records in self.log.follow(f"{self.subjects.prefix}.cmd.>", after=0):
            for record in records:
                address = self.subjects.parse(record.subject)
                letter = unseal(GraphLetter if address.kind == "graph" else RunLetter, record.data)
                self.asked.append(letter)
                if not self.silent:
                    await self.answer(letter, address)

    async def answer(self, letter, address):
        if letter.id not in self.answers:
            try:
                version, events = self.decide(letter)
            except Rejected as no:
                self.answers[letter.id] = Answer(command_id=letter.id, outcome="rejected", rejection=no.rejection)
            else:
                kind = GraphDecision if address.kind == "graph" else RunDecision
                decision = kind(id=new_id(), at=now(), actor=letter.user_id, answers=letter.id, events=events)
                subject = self.subjects.events(address.kind, address.scope, address.id)
                seq = await self.log.append(subject, seal(decision), expected=None, event_id=decision.id)
                self.answers[letter.id] = Answer(command_id=letter.id, outcome="done", seq=seq, version=version)
        await self.nc.publish(letter.reply_to, seal(self.answers[letter.id]))

    def decide(self, letter):
        command = letter.command
        match command:
            case g.CreateGraph():
                return self.created(letter)
            case g.EditGraph() | g.RestoreGraph() | g.DeleteGraph():
                graph = self.graphs[letter.aggregate_id]
                if isinstance(command, g.RestoreGraph) and command.version > graph["version"]:
                    raise reject(Reason.UNKNOWN_VERSION, "There is no such version.", "version")
                if command.if_version not in (None, graph["version"]):
                    raise reject(Reason.STALE_VERSION, "The graph has changed since.", "if_version")
                graph["version"] += 1
                ops = command.ops if isinstance(command, g.EditGraph) else ()
                events = [event for i, op in enumerate(ops) for event in self.op(graph, op, i)]
                if isinstance(command, g.DeleteGraph):
                    events = [g.GraphDeleted(at=now())]
                return graph["version"], tuple(events)
            case r.StartRun():
                return 0, (started(letter),)
            case r.CancelRun():
                return 0, (r.RunCancelled(at=now()),)
            case _:
                raise reject(Reason.NOT_RESUMABLE, "Nothing of it failed.")

    def created(self, letter):
        graph = self.graphs[letter.aggregate_id] = {"version": 1, "nodes": {}, "edges": {}}
        born = g.GraphCreated(
            at=now(),
            graph_id=letter.aggregate_id,
            project_id=letter.project_id,
            user_id=letter.user_id,
            name=letter.command.name,
        )
        return 1, (born, *(event for i, op in enumerate(letter.command.ops) for event in self.op(graph, op, i)))

    def op(self, graph, op, index):
        match op:
            case g.AddNode():
                node_type = NODE_TYPES.get(op.node_type)
                if node_type is None:
                    raise reject(Reason.UNKNOWN_NODE_TYPE, f"There is no node type {op.node_type!r}.", "ops", index)
                node = g.Node(id=op.node_id, type=op.node_type, title=op.title, params=op.params, position=op.position)
                node = node.model_copy(update={"outputs": node_type.outputs, "variation": op.variation})
                graph["nodes"][op.node_id] = node
                return [g.NodeAdded(at=now(), node=node)]
            case g.ChangeNode() | g.VaryNode():
                node = known(graph, op.node_id)
                if isinstance(op, g.VaryNode):
                    node = node.model_copy(update={"variation": node.variation + 1})
                else:
                    merged = {k: v for k, v in {**node.params, **op.params}.items() if v is not None}
                    node = node.model_copy(update={"params": merged, "position": op.position or node.position})
                graph["nodes"][op.node_id] = node
                return [g.NodeChanged(at=now(), node=node)]
            case g.RemoveNode():
                return [g.NodeRemoved(at=now(), node_id=op.node_id)]
            case g.AddEdge():
                if op.source_node_id == op.target_node_id:
                    raise reject(Reason.SELF_LOOP, "A node cannot feed itself.", "ops", index)
                edge = g.Edge(id=op.edge_id, **op.model_dump(exclude={"type", "edge_id", "order"}), order=op.order or 0)
                return [g.EdgeAdded(at=now(), edge=edge)]
            case g.RemoveEdge():
                return [g.EdgeRemoved(at=now(), edge_id=op.edge_id)]
            case _:
                return [g.GraphDescribed(at=now(), name=op.name, notes=op.notes, frames=op.frames)]

    # What the test makes happen in a run

    async def decided(self, run, *events, project="default"):
        decision = RunDecision(id=new_id(), at=now(), actor="orchestrator", events=events)
        subject = self.subjects.events("run", project, run)
        return await self.log.append(subject, seal(decision), expected=None, event_id=decision.id)

    async def claimed(self, run, node, attempt=1, project="default"):
        letter = ReportLetter(id=new_id(), worker="w1", report=Claimed(at=now(), attempt=attempt, epoch=1, worker="w1"))
        subject = self.subjects.report(project, run, node)
        return await self.log.append(subject, seal(letter), expected=None, event_id=letter.id)


def known(graph, node_id):
    if node_id not in graph["nodes"]:
        raise reject(Reason.UNKNOWN_NODE, f"There is no node {node_id!r}.")
    return graph["nodes"][node_id]


def started(letter):
    command = letter.command
    nodes = command.inline.nodes if command.inline else ()
    planned = tuple(r.PlannedNode(id=node.id, type=node.type, params=node.params) for node in nodes)
    return r.RunStarted(
        at=now(),
        run_id=letter.aggregate_id,
        project_id=letter.project_id,
        user_id=letter.user_id,
        graph_id=command.graph_id,
        plan=r.Plan(nodes=planned or (r.PlannedNode(id="paint", type="text_to_image", params={}),), outputs=()),
    )


async def while_obeying(decider, work):
    """Have commands obeyed while the work goes on."""
    task = asyncio.create_task(decider.obey())
    try:
        return await work
    finally:
        task.cancel()
