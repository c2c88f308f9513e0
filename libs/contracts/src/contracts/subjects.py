"""The only place that spells subjects, streams and durable names."""

import zlib
from dataclasses import dataclass
from typing import Literal

from contracts.base import NodeId, ProjectId, RunId

PARTITIONS = 8
Kind = Literal["graph", "run", "credit", "asset", "character", "recipe"]
Queue = Literal["text", "image", "video", "audio", "face", "noop"]
"""`noop` exists with GROOVE_BENCH=1 alone: see `contracts.bench`."""
QUEUES: tuple[Queue, ...] = ("text", "image", "video", "audio", "face")
NO_PROJECT = ProjectId("_")


def partition(aggregate_id: str) -> int:
    """The same for one aggregate for ever: whatever concerns it is handled in order by one share."""
    return zlib.crc32(aggregate_id.encode()) % PARTITIONS


def _share(aggregate_id: str) -> str:
    """With `*`: the filter for all of them."""
    return "*" if aggregate_id == "*" else str(partition(aggregate_id))


@dataclass(frozen=True)
class Address:
    """What a subject says."""

    family: Literal["cmd", "evt", "rpt"]
    kind: Kind
    scope: str
    """The project; for a recipe, the user."""
    id: str
    node: NodeId | None = None
    imported: bool = False
    """Of a run that was brought from another installation: told, and never done."""


@dataclass(frozen=True)
class Subjects:
    """All names of one installation, under its prefix (tests share one server under many)."""

    prefix: str = "groove"

    @property
    def log(self) -> str:
        return f"{self.prefix.upper()}_LOG"

    @property
    def tasks(self) -> str:
        return f"{self.prefix.upper()}_TASKS"

    @property
    def timers(self) -> str:
        return f"{self.prefix.upper()}_TIMERS"

    @property
    def open_runs(self) -> str:
        return f"{self.prefix.upper()}_OPEN"

    @property
    def parked(self) -> str:
        return f"{self.prefix.upper()}_PARKED"

    @property
    def snapshots(self) -> str:
        return f"{self.prefix.upper()}_SNAPSHOTS"

    @property
    def keys(self) -> str:
        return f"{self.prefix.upper()}_KEYS"

    def user_key(self, user: str) -> str:
        """The key that opens what belongs to a user."""
        return f"{self.prefix}.key.{user}"

    @property
    def accounts(self) -> str:
        return f"{self.prefix.upper()}_SLOTS"

    def provider_slots(self, provider: str) -> str:
        """The places of a provider's account are numbered below this."""
        return f"{self.prefix}.slot.{provider}"

    def provider_pause(self, provider: str) -> str:
        """How long the provider wants to be left alone."""
        return f"{self.prefix}.pause.{provider}"

    def command(self, kind: Kind, scope: str, aggregate_id: str) -> str:
        return f"{self.prefix}.cmd.{_share(aggregate_id)}.{kind}.{scope}.{aggregate_id}"

    def events(self, kind: Kind, scope: str, aggregate_id: str) -> str:
        return f"{self.prefix}.evt.{_share(aggregate_id)}.{kind}.{scope}.{aggregate_id}"

    def all_commands(self, kind: Kind) -> str:
        """The filter for what is asked of one kind, of whomever."""
        return f"{self.prefix}.cmd.*.{kind}.>"

    def report(self, project: ProjectId, run: RunId, node: NodeId | Literal["*"]) -> str:
        """With `*` for the node: the filter for all reports of a run."""
        return f"{self.prefix}.rpt.{_share(run)}.{project}.{run}.{node}"

    def imported(
        self,
        family: Literal["cmd", "evt", "rpt", "*"],
        project: ProjectId,
        run: RunId,
        node: NodeId | Literal["_", "*"],
    ) -> str:
        """What is told of a run of another installation: nobody pulls it, so nothing is ever done about it."""
        return f"{self.prefix}.imp.{_share(run)}.{family}.{project}.{run}.{node}"

    def task(self, queue: Queue, project: ProjectId, run: RunId, node: NodeId) -> str:
        return f"{self.prefix}.task.{queue}.{project}.{run}.{node}"

    def timer(self, run: RunId, node: NodeId) -> str:
        return f"{self.prefix}.at.{_share(run)}.{run}.{node}"

    def due(self, run: RunId, node: NodeId) -> str:
        return f"{self.prefix}.due.{_share(run)}.{run}.{node}"

    def open_run(self, run: RunId) -> str:
        return f"{self.prefix}.open.{_share(run)}.{run}"

    def open_runs_of(self, p: int) -> str:
        """The filter for one share of the register."""
        return f"{self.prefix}.open.{p}.*"

    def commands_of(self, p: int) -> str:
        """The filter for one share of what is asked."""
        return f"{self.prefix}.cmd.{p}.>"

    def parked_from(self, source: str) -> str:
        return f"{self.prefix}.parked.{source}"

    def snapshot(self, kind: Kind, scope: str, aggregate_id: str) -> str:
        return f"{self.prefix}.snap.{_share(aggregate_id)}.{kind}.{scope}.{aggregate_id}"

    def live(self, project: ProjectId, run: RunId) -> str:
        return f"{self.prefix}.live.{project}.{run}"

    @property
    def all_live(self) -> str:
        return f"{self.prefix}.live.>"

    def control(self, run: RunId) -> str:
        return f"{self.prefix}.ctl.{run}"

    @property
    def all_control(self) -> str:
        return f"{self.prefix}.ctl.*"

    def answers(self, gateway: str) -> str:
        """Where one gateway process hears the answers to its commands (core NATS)."""
        return f"{self.prefix}.answer.{gateway}"

    @property
    def estimates(self) -> str:
        """Request and reply, in queue group `orchestrator`: what would this run cost."""
        return f"{self.prefix}.ask.estimate"

    @property
    def faces(self) -> str:
        """Request and reply, in queue group `face-embedding`: what faces are in this picture, and whose."""
        return f"{self.prefix}.ask.face"

    @property
    def follower(self) -> str:
        """The durable by which the face service follows what is said of characters and of their pictures."""
        return "faces"

    @property
    def alive(self) -> str:
        """Where orchestrators tell each other that they are here (core NATS)."""
        return f"{self.prefix}.alive.orchestrator"

    def slots(self, queue: Queue | Literal["*"]) -> str:
        """Where the workers of a queue say how much they can do at once (core NATS)."""
        return f"{self.prefix}.slots.{queue}"

    @staticmethod
    def decider(p: int) -> str:
        """The durable of one share of the log: commands and reports."""
        return f"orch-{p}"

    @staticmethod
    def alarm(p: int) -> str:
        """The durable of one share of the timers."""
        return f"due-{p}"

    def parse(self, subject: str) -> Address:
        """Read a subject of the log.

        Raises:
            ValueError: it is not one of ours.
        """
        match subject.removeprefix(self.prefix + ".").split("."):
            case [
                ("cmd" | "evt") as family,
                _,
                ("graph" | "run" | "credit" | "asset" | "character" | "recipe") as kind,
                scope,
                id_,
            ]:
                return Address(family, kind, scope, id_)
            case ["rpt", _, project, run, node]:
                return Address("rpt", "run", project, run, NodeId(node))
            case ["imp", _, ("cmd" | "evt" | "rpt") as family, project, run, node]:
                return Address(family, "run", project, run, NodeId(node) if family == "rpt" else None, imported=True)
            case _:
                raise ValueError(f"not a subject of the log: {subject}")
