"""Whether today's code decides as it was decided: every decision of every run and graph, made again."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from contracts.base import NodeId, RunId
from contracts.envelope import RunLetter
from contracts.graph import RestoreGraph
from contracts.models import ModelBook
from contracts.problems import Rejected
from contracts.run import (
    LateResult,
    NodeFailed,
    NodeInDoubt,
    NodeJudged,
    NodeMade,
    NodeRetryScheduled,
    NodeSucceeded,
    RunStarted,
)
from contracts.subjects import Subjects
from contracts.work import TERMINAL, Succeeded
from kit.record import Record
from orchestrator.domain import graph as graphs
from orchestrator.domain.run import look, taking_over
from orchestrator.domain.run_state import Run
from orchestrator.replaying.accounts import flaws_of
from orchestrator.replaying.again import Again, Missing, decide_again, recorded
from orchestrator.replaying.telling import Flaw, Tale, Told, fold, read, take_in

Books = Callable[[date], ModelBook]
"""The models as they were on a day."""
MOST_UNHEARD = 64
"""So many of the newest reports a decider may not have heard yet."""


@dataclass
class Verified:
    runs: int = 0
    graphs: int = 0
    messages: int = 0
    decisions: int = 0
    events: int = 0
    flaws: list[Flaw] = field(default_factory=list)
    """What could not be read, is missing, was decided otherwise, or is left undecided."""

    def and_(self, other: "Verified") -> "Verified":
        return Verified(
            self.runs + other.runs,
            self.graphs + other.graphs,
            self.messages + other.messages,
            self.decisions + other.decisions,
            self.events + other.events,
            self.flaws + other.flaws,
        )


def verify(
    subjects: Subjects, records: Iterable[Record], books: Books, *, quiet_before: datetime | None = None
) -> Verified:
    """Decide everything again. A run that was told of after `quiet_before` may have something left to decide."""
    tale = read(subjects, records)
    done = Verified(len(tale.runs), len(tale.graphs), tale.messages, flaws=tale.flaws)
    for told in tale.runs.values():
        _run(tale, told, done, quiet_before)
    for told in tale.graphs.values():
        _graph(told, books, done)
    for told in tale.accounts.values():
        done.decisions += sum(one.address.family == "evt" for one in told)
        done.events += sum(len(one.message.events) for one in told if one.address.family == "evt")
        done.flaws += flaws_of(told)
    done.flaws.sort(key=lambda flaw: flaw.seq)
    return done


def _source(tale: Tale, run_id: RunId) -> Run | None:
    told = tale.runs.get(run_id)
    return fold(told) if told else None


def _as_decided(told: list[Told]) -> list[Told]:
    """Without the word that it was imported: whoever decided did not know."""
    if not told[0].address.imported:
        return told
    return [replace(one, message=_at_home(one.message)) for one in told]


def _at_home(message: Any) -> Any:
    if not any(isinstance(event, RunStarted) for event in getattr(message, "events", ())):
        return message
    events = tuple(
        event.model_copy(update={"imported_from": None}) if isinstance(event, RunStarted) else event
        for event in message.events
    )
    return message.model_copy(update={"events": events})


def _run(tale: Tale, told: list[Told], done: Verified, quiet_before: datetime | None) -> None:
    told = _as_decided(told)
    letters: dict[str, RunLetter] = {one.message.id: one.message for one in told if one.address.family == "cmd"}
    source, walk = partial(_source, tale), Walk(told)
    here = told[0]
    try:
        for here in walk:
            done.decisions += 1
            done.events += len(here.message.events)
            again, was = Again(), recorded(here.message)
            first: Again | None = None
            for run in walk.worlds():
                again = decide_again(run, here.message, letters, source)
                first = first or again
                if again == was:
                    break
            else:
                done.flaws.append(Flaw(here.record.subject, here.seq, difference(was, first or again)))
        here = told[-1]
        if quiet_before is None or here.record.time < quiet_before:
            _left(tale, told, done)
    except Missing as error:
        done.flaws.append(Flaw(here.record.subject, here.seq, str(error)))
    except (KeyError, AttributeError) as error:
        what = f"it does not follow from what lies before: something is missing ({error!r})"
        done.flaws.append(Flaw(here.record.subject, here.seq, what))


class Walk:
    """From decision to decision of a run, with what each decider may have known.

    A report may be stored while somebody decides without it. Then a later decision answers it, and it is told just
    before that one; or none answers it, and the newest ones may not have been heard.
    """

    def __init__(self, told: list[Told]) -> None:
        self._told = told
        self._answered = _answered(told)
        self._run = Run()
        self._heard: list[Told] = []
        self._unheard = 0

    def __iter__(self) -> Iterator[Told]:
        waiting: list[Told] = []
        for one in self._told:
            if one.address.family == "rpt":
                waiting.append(one)
            if one.address.family != "evt":
                continue
            self._heard = [past for past in waiting if _when(self._answered, past) <= one.seq]
            kept = [past for past in waiting if _when(self._answered, past) > one.seq]
            self._unheard = 0
            yield one
            heard = len(self._heard) - self._unheard
            for past in self._heard[:heard]:
                take_in(self._run, past)
            take_in(self._run, one)
            waiting = [*self._heard[heard:], *kept]

    def worlds(self) -> Iterator[Run]:
        """The likeliest first. The one that was looked at last is taken for the truth."""
        for unheard in range(min(len(self._heard), MOST_UNHEARD) + 1):
            self._unheard = unheard
            run = self._run.copy()
            for past in self._heard[: len(self._heard) - unheard]:
                take_in(run, past)
            yield run
        self._unheard = 0


Ends = dict[tuple[NodeId | None, int, bool], int]
"""By node, attempt, and whether it was a success: the decision that answered its terminal report."""


def _when(answered: Ends, told: Told) -> int:
    """The decision that answered it. 0: none, or it is no terminal report.

    An attempt has two when it was in doubt and what it made was told after that: the second may answer both.
    """
    report: Any = getattr(told.message, "report", None)
    if not isinstance(report, TERMINAL):
        return 0
    made, other = (answered.get((told.address.node, report.attempt, success), 0) for success in (True, False))
    return made if isinstance(report, Succeeded) else other or made


def _answered(told: list[Told]) -> Ends:
    found: Ends = {}
    for one in told:
        for event in one.message.events if one.address.family == "evt" else ():
            for node, attempt, success in judged_of(event):
                found.setdefault((node, attempt, success), one.seq)
            if isinstance(event, NodeSucceeded | LateResult | NodeInDoubt | NodeFailed | NodeRetryScheduled):
                attempt = event.attempt - isinstance(event, NodeRetryScheduled)
                success = isinstance(event, NodeSucceeded) or (isinstance(event, LateResult) and bool(event.outputs))
                found.setdefault((event.node_id, attempt, success), one.seq)
    return {key: seq for key, seq in found.items() if key[1]}


def judged_of(event: object) -> list[tuple[NodeId, int, bool]]:
    """Attempts of a node that is compared with its characters: what was made, a verdict or none, one try too many."""
    match event:
        case NodeMade():
            return [(event.node_id, event.attempt, True)]
        case NodeJudged():
            return [(event.node_id, event.attempt, True), (event.node_id, event.attempt, False)]
        case NodeSucceeded() if event.failed:
            return [(event.node_id, event.failed, False)]
        case _:
            return []


def _left(tale: Tale, told: list[Told], done: Verified) -> None:
    """What should have been decided from all that was told, and was not."""
    run, last = fold(told), told[-1]
    newest = next((one for one in reversed(told) if one.address.family == "evt"), None)
    if newest is None:
        done.flaws.append(Flaw(last.record.subject, last.seq, "nothing was ever decided about it"))
        return
    if run.started is None:
        return
    source = _source(tale, run.started.forked_from) if run.started.forked_from else None
    decided = look(run, newest.message.at, {}, taking_over(source, None) if source else None)
    if decided.events or decided.needs:
        names = [_name(event) for event in decided.events] + [f"recipe of {node_id}" for node_id in decided.needs]
        done.flaws.append(Flaw(last.record.subject, last.seq, f"left undecided: {', '.join(names)}"))
    for letter in (one for one in told if one.address.family == "cmd"):
        if letter.seq > newest.seq and letter.message.id not in run.answered:
            done.flaws.append(Flaw(letter.record.subject, letter.seq, "this command was never answered"))


def _graph(told: list[Told], books: Books, done: Verified) -> None:
    letters = {one.message.id: one.message for one in told if one.address.family == "cmd"}
    graph, before = graphs.UNBORN, {0: graphs.UNBORN}
    restored = {letter.command.version for letter in letters.values() if isinstance(letter.command, RestoreGraph)}
    for one in (one for one in told if one.address.family == "evt"):
        decision = one.message
        done.decisions += 1
        done.events += len(decision.events)
        letter = letters.get(decision.answers)
        if letter is None:
            what = f"it answers command {decision.answers}, which is not in the log"
            done.flaws.append(Flaw(one.record.subject, one.seq, what))
            return
        wanted = letter.command.version if isinstance(letter.command, RestoreGraph) else 0
        try:
            events, refused = (
                graphs.decide(letter, graph, books(decision.at.date()), decision.at, before.get(wanted)),
                None,
            )
        except Rejected as no:
            events, refused = (), no.rejection
        if (events, refused) != (decision.events, decision.refused):
            done.flaws.append(Flaw(one.record.subject, one.seq, difference(recorded(decision), Again(events, refused))))
        try:
            graph = graphs.apply(graph, decision, one.seq)
        except KeyError as error:
            what = f"it does not follow from what lies before: something is missing ({error!r})"
            done.flaws.append(Flaw(one.record.subject, one.seq, what))
            return
        if graph.version in restored:
            before[graph.version] = graph


def difference(was: Again, again: Again) -> str:
    """In words: what was decided, and what is today."""
    if was.refused != again.refused:
        return f"it was {_refusal(was)}, and today is {_refusal(again)}"
    for index in range(max(len(was.events), len(again.events))):
        then = was.events[index] if index < len(was.events) else None
        now = again.events[index] if index < len(again.events) else None
        if then != now:
            fields = _fields(then, now) if type(then) is type(now) else ""
            return f"event {index} was {_name(then)}, and today is {_name(now)}{fields}"
    return "it differs"


def _fields(then: Any, now: Any) -> str:
    names = [name for name in type(then).model_fields if getattr(then, name) != getattr(now, name)]
    first = names[0]
    return f": {', '.join(names)} differ ({first}: {getattr(then, first)!r:.80} / {getattr(now, first)!r:.80})"


def _name(event: Any) -> str:
    if event is None:
        return "nothing"
    node_id = getattr(event, "node_id", None)
    return f"{event.type} {node_id}" if node_id else str(event.type)


def _refusal(one: Again) -> str:
    return f"refused ({one.refused.message})" if one.refused else "obeyed"


__all__ = ["Verified", "Walk", "difference", "verify"]
