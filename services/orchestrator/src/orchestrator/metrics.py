"""What scaling and an operator look at."""

from collections import Counter
from collections.abc import Callable, Mapping

from nats.aio.client import Client

from kit.errors import Conflict
from kit.log_jetstream import JetStreamLog
from kit.metrics import Metrics, tell
from orchestrator.inbox import Inbox
from orchestrator.membership import Membership
from orchestrator.orchestra import Orchestra

MEANINGS = {
    "groove_tasks_held_back": "Tasks that wait for their turn, by queue: scale workers by it.",
    "groove_tasks_out": "Tasks that workers have or can get, by queue.",
    "groove_tasks_room": "Most tasks that this orchestrator lets out, by queue.",
    "groove_worker_slots": "Tasks that the workers heard of do at once, by queue.",
    "groove_partitions_held": "Partitions that this process pulls.",
    "groove_partitions_gap": "Partitions that nobody pulls: more than 0 is an alarm.",
    "groove_partitions_taken_total": "Times that this process took over a partition.",
    "groove_aggregates_paused": "Runs, graphs and recipes that cannot be read: /ready lists them.",
    "groove_runs_open": "Runs in the memory of this process that have not ended.",
    "groove_decisions_total": "Decisions of this process, by what they are about.",
    "groove_appends_total": "Messages of this process in the log.",
    "groove_conflicts_total": "Appends that found that somebody was first.",
    "groove_messages_pulled_total": "Commands, reports and timers that were handed to this process.",
    "groove_messages_redelivered_total": "Of those pulled: handed out before.",
    "groove_messages_acked_total": "Messages that are done with.",
    "groove_messages_handed_back_total": "Messages that could not be handled then, and come again.",
    "groove_messages_ended_total": "Messages that were parked, and never come again.",
    "groove_decision_seconds": "Time from when a message was stored until it was decided over and all was done for it.",
    "groove_facts_total": "What was decided of runs, by type of fact.",
    "groove_retries_total": "Attempts that failed and are made again.",
    "groove_in_doubt_total": "Attempts of which it cannot be known whether their provider took them.",
    "groove_queue_lag": "Tasks that lie in a queue or are at work, by queue.",
    "groove_log_lag": "Commands and reports that nobody has handled yet, in the partitions of this process.",
    "groove_handler_seconds": "Time to decide and do what follows, for what had piled up of one run or graph.",
}


class CountedLog(JetStreamLog):
    appended = 0
    conflicts = 0

    def __init__(self, nc: Client, stream: str) -> None:
        super().__init__(nc, stream)
        self.decisions: Counter[str] = Counter()
        """By kind of aggregate."""

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
        if (address := subject.split("."))[-5] == "evt":
            self.decisions[address[-3]] += 1
        return seq


def metrics_of(log: CountedLog, membership: Membership, desk: Orchestra, inbox: Inbox) -> Metrics:
    metrics = Metrics(MEANINGS)
    _work(metrics, membership, desk)
    metrics.gauge("groove_partitions_held", lambda: len(membership.held))
    metrics.gauge("groove_partitions_gap", lambda: len(membership.gap))
    metrics.counter("groove_partitions_taken_total", lambda: membership.moves)
    metrics.gauge("groove_aggregates_paused", lambda: len(desk.world.paused))
    metrics.gauge("groove_runs_open", lambda: desk.runs.unended(membership.held))
    metrics.counter("groove_decisions_total", lambda: log.decisions, "kind")
    metrics.counter("groove_appends_total", lambda: log.appended)
    metrics.counter("groove_conflicts_total", lambda: log.conflicts)
    metrics.timing("groove_handler_seconds", inbox.handling)
    metrics.histogram("groove_decision_seconds", inbox.latency)
    facts = desk.runs.facts
    metrics.counter("groove_facts_total", lambda: facts, "type")
    metrics.counter("groove_retries_total", lambda: facts["NodeRetryScheduled"])
    metrics.counter("groove_in_doubt_total", lambda: facts["NodeInDoubt"])
    tell(metrics, membership.tally)
    return metrics


def _work(metrics: Metrics, membership: Membership, desk: Orchestra) -> None:
    def by_queue(place: int) -> Callable[[], Mapping[str, float]]:
        return lambda: {queue: counts[place] for queue, counts in desk.outside.admission.counts().items()}

    for place, name in enumerate(("groove_tasks_out", "groove_tasks_held_back", "groove_tasks_room")):
        metrics.gauge(name, by_queue(place), "queue")
    metrics.gauge("groove_worker_slots", lambda: dict(membership.capacity.slots().items()), "queue")
