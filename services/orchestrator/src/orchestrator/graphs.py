"""Graphs in memory: loaded from the log, decided on, and appended to."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from contracts.base import MessageId
from contracts.envelope import Answer, GraphDecision, GraphLetter, seal
from contracts.graph import GraphEvent, RestoreGraph
from contracts.problems import Reason, Rejected, Rejection
from kit.ids import new_id
from kit.log import Conflict, TooLarge
from kit.sealed import owned
from orchestrator.domain import graph as graphs
from orchestrator.domain.graph import UNBORN, Graph
from orchestrator.items import GraphKey
from orchestrator.paused import Aggregate, legible
from orchestrator.ports import Stale, World

ATTEMPTS = 50
KEPT = 500
SNAPSHOT_EVERY = 200
_CODE = hashlib.sha256(Path(graphs.__file__).read_bytes()).hexdigest()[:16]
_SNAPSHOT = TypeAdapter(Graph)


@dataclass
class Held:
    key: GraphKey
    graph: Graph = UNBORN
    seen: int = 0
    snapshot: int = 0
    """Version at the last snapshot."""


class Graphs:
    def __init__(self, world: World) -> None:
        self._world = world
        self._kept: OrderedDict[GraphKey, Held] = OrderedDict()

    async def at(self, key: GraphKey, version: int | None) -> Graph | None:
        """The graph as it was at a version, or as it is. None: it never was.

        Raises:
            Stale: the log as it was read does not reach that version.
        """
        held = await self._load(key)
        if version is None or held.graph.version == version:
            return held.graph if held.graph.version else None
        if version > held.graph.version:
            raise Stale(f"graph {key.id} was read up to version {held.graph.version}, and must reach {version}")
        return await self._old(key, version)

    async def _old(self, key: GraphKey, version: int) -> Graph | None:
        graph = UNBORN
        for record in await self._world.log.read(self._subject(key)):
            if graph.version == version:
                break
            graph = graphs.apply(graph, legible(self._world.subjects, GraphDecision, record), record.seq)
        return graph if graph.version == version and version > 0 else None

    async def obey(self, key: GraphKey, letter: GraphLetter) -> Answer:
        """Decide over a command, append, and say what became of it. Asked again, it says the same.

        Raises:
            Illegible: this release cannot read its history.
            Conflict: still contended.
            Stale: what was read is older than what the sender saw.
        """
        held = await self._load(key)
        if letter.basis > held.seen:
            raise Stale(f"graph {key.id} was read up to {held.seen}, its sender saw {letter.basis}")
        for _ in range(ATTEMPTS):
            known = held.graph.answered.get(letter.id)
            if known is not None:
                return _answer(letter, *known)
            decision = await self._decide(held, letter)
            if decision.refused is not None and not held.graph.version:
                return _answer(letter, 0, 0, decision.refused)  # there is no graph on whose log to keep it
            try:
                await self._append(held, decision, letter.user_id)
            except TooLarge:
                message = "The edit is too large for one message. Send it in smaller parts."
                return _answer(letter, 0, held.graph.version, Rejection(reason=Reason.GRAPH_TOO_LARGE, message=message))
            except Conflict:
                await self._catch_up(held)
                continue
            return _answer(letter, *held.graph.answered[letter.id])
        raise Conflict(f"graph {key.id} is still contended")

    async def _decide(self, held: Held, letter: GraphLetter) -> GraphDecision:
        now, command = self._world.clock(), letter.command
        old = None
        if isinstance(command, RestoreGraph) and 0 < command.version <= held.graph.version:
            old = await self._old(held.key, command.version)
        refused: Rejection | None = None
        events: tuple[GraphEvent, ...] = ()
        try:
            events = graphs.decide(letter, held.graph, self._world.book, now, old)
        except Rejected as no:
            refused = no.rejection
        return GraphDecision(
            id=MessageId(new_id()),
            at=now,
            cause=letter.id,
            actor=letter.actor or letter.user_id,
            answers=letter.id,
            refused=refused,
            events=events,
        )

    async def _append(self, held: Held, decision: GraphDecision, owner: str) -> None:
        seq = await self._world.log.append(
            self._subject(held.key), seal(decision), expected=held.graph.seq, event_id=decision.id, headers=owned(owner)
        )
        if seq > held.graph.seq:  # a run that froze this graph meanwhile may have read it already
            held.graph, held.seen = graphs.apply(held.graph, decision, seq), seq
        if held.graph.version - held.snapshot >= SNAPSHOT_EVERY:
            held.snapshot = held.graph.version
            await self._world.snapshots.save(
                self._snapshot_subject(held.key), seq, _CODE, _SNAPSHOT.dump_json(held.graph), owner
            )

    async def _load(self, key: GraphKey) -> Held:
        held = self._kept.get(key)
        if held is None:
            held = Held(key)
            stored = await self._world.snapshots.load(self._snapshot_subject(key), _CODE)
            if stored is not None:
                held.seen, held.graph = stored[0], _SNAPSHOT.validate_json(stored[1])
                held.snapshot = held.graph.version
        await self._catch_up(held)
        self._kept[key] = held
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return held

    async def _catch_up(self, held: Held) -> None:
        records = await self._world.log.read(self._subject(held.key), after=held.seen)
        subjects = self._world.subjects
        unseen = [record for record in records if record.seq > held.graph.seq]
        new = [(record.seq, legible(subjects, GraphDecision, record)) for record in unseen]
        self._world.paused.was_read(Aggregate("graph", held.key.project_id, held.key.id))
        if new:
            held.graph = graphs.fold(new, held.graph)
            held.seen = max(held.seen, new[-1][0])

    def _subject(self, key: GraphKey) -> str:
        return self._world.subjects.events("graph", key.project_id, key.id)

    def _snapshot_subject(self, key: GraphKey) -> str:
        return self._world.subjects.snapshot("graph", key.project_id, key.id)


def _answer(letter: GraphLetter, seq: int, version: int, rejection: Rejection | None) -> Answer:
    return Answer(
        command_id=letter.id,
        outcome="rejected" if rejection else "done",
        seq=seq,
        version=version,
        rejection=rejection,
    )
