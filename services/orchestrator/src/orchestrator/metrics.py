"""What scaling and an operator look at, in the text that Prometheus reads."""

from collections.abc import Iterable, Mapping

from kit.errors import Conflict
from kit.log_jetstream import JetStreamLog
from orchestrator.membership import Membership
from orchestrator.outside import Outside


class CountedLog(JetStreamLog):
    appended = 0
    conflicts = 0

    async def append(
        self,
        subject: str,
        data: bytes,
        *,
        expected: int | None,
        event_id: str,
        headers: Mapping[str, str] | None = None,
    ) -> int:
        try:
            seq = await super().append(subject, data, expected=expected, event_id=event_id, headers=headers)
        except Conflict:
            self.conflicts += 1
            raise
        self.appended += 1
        return seq


def text(log: CountedLog, membership: Membership, outside: Outside, paused: int) -> str:
    queues, slots = outside.admission.counts(), membership.capacity.slots()
    return "".join(
        (
            _one("groove_tasks_held_back", "Tasks that wait for their turn, by queue: scale workers by it.", "gauge",
                 ((f'{{queue="{queue}"}}', held) for queue, (_, held, _) in queues.items())),
            _one("groove_tasks_out", "Tasks that workers have or can get, by queue.", "gauge",
                 ((f'{{queue="{queue}"}}', out) for queue, (out, _, _) in queues.items())),
            _one("groove_tasks_room", "Most tasks that this orchestrator lets out, by queue.", "gauge",
                 ((f'{{queue="{queue}"}}', room) for queue, (_, _, room) in queues.items())),
            _one("groove_worker_slots", "Tasks that the workers heard of do at once, by queue.", "gauge",
                 ((f'{{queue="{queue}"}}', number) for queue, number in slots.items())),
            _one("groove_partitions_held", "Partitions that this process pulls.", "gauge",
                 [("", len(membership.held))]),
            _one("groove_partitions_gap", "Partitions that nobody pulls: more than 0 is an alarm.", "gauge",
                 [("", len(membership.gap))]),
            _one("groove_partitions_taken_total", "Times that this process took over a partition.", "counter",
                 [("", membership.moves)]),
            _one("groove_aggregates_paused", "Runs, graphs and recipes that cannot be read: /ready lists them.",
                 "gauge", [("", paused)]),
            _one("groove_appends_total", "Messages of this process in the log.", "counter", [("", log.appended)]),
            _one("groove_conflicts_total", "Appends that found that somebody was first.", "counter",
                 [("", log.conflicts)]),
        )
    )  # fmt: skip


def _one(name: str, meaning: str, kind: str, samples: Iterable[tuple[str, int]]) -> str:
    lines = [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}", *(f"{name}{labels} {n}" for labels, n in samples)]
    return "\n".join(lines) + "\n"
