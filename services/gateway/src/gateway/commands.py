"""Asks the orchestrator, and waits until the answer can be seen in the views."""

import asyncio
from dataclasses import dataclass

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from contracts import telemetry
from contracts.base import MessageId, ProjectId, UserId
from contracts.credit import CreditCommand
from contracts.envelope import Answer, CreditLetter, GraphLetter, RunLetter, seal, unseal
from contracts.graph import GraphCommand
from contracts.run import RunCommand
from contracts.subjects import NO_PROJECT, Kind, Subjects
from gateway.users import acting
from gateway.views.waiting import Tide
from kit import tracing
from kit.clock import Clock
from kit.errors import Unavailable
from kit.log import Log
from kit.sealed import owned


@dataclass(frozen=True)
class Ask:
    """Everything about a command but the command."""

    letter_id: MessageId
    """Said again with the same id, it is answered the same and done once."""
    user_id: UserId
    project_id: ProjectId
    aggregate_id: str
    basis: int = 0
    """The last sequence of the aggregate that was seen."""


class NoAnswer(Exception):
    """The orchestrator has not answered in time, or the views are late. What was asked may still happen."""


class Commands:
    def __init__(  # noqa: PLR0913  what it stands on, handed down once
        self, nc: Client, log: Log, subjects: Subjects, tide: Tide, clock: Clock, *, gateway_id: str, timeout_s: float
    ) -> None:
        self._nc = nc
        self._log = log
        self._subjects = subjects
        self._tide = tide
        self._clock = clock
        self._inbox = subjects.answers(gateway_id)
        self._timeout_s = timeout_s
        self._waiting: dict[str, list[asyncio.Future[Answer]]] = {}
        self._listening: Subscription | None = None

    async def listen(self) -> None:
        self._listening = await self._nc.subscribe(self._inbox, cb=self._heard)

    async def _heard(self, msg: Msg) -> None:
        answer = unseal(Answer, msg.data)
        for future in self._waiting.pop(answer.command_id, []):
            if not future.done():
                future.set_result(answer)

    async def graph(self, ask: Ask, command: GraphCommand) -> Answer:
        """Have a graph changed; when this returns, the views show it.

        Raises:
            NoAnswer: not in time.
            TooLarge: over what a message may carry.
        """
        letter = GraphLetter(
            id=ask.letter_id,
            at=self._clock(),
            user_id=ask.user_id,
            actor=_other_than(ask.user_id),
            project_id=ask.project_id,
            aggregate_id=ask.aggregate_id,
            basis=ask.basis,
            reply_to=self._inbox,
            command=command,
        )
        subject = self._subjects.command("graph", ask.project_id, ask.aggregate_id)
        return await self._say("graph", subject, letter, ask.user_id)

    async def run(self, ask: Ask, command: RunCommand) -> Answer:
        """Have a run started, stopped or changed; as `graph`."""
        letter = RunLetter(
            id=ask.letter_id,
            at=self._clock(),
            user_id=ask.user_id,
            actor=_other_than(ask.user_id),
            project_id=ask.project_id,
            aggregate_id=ask.aggregate_id,
            basis=ask.basis,
            reply_to=self._inbox,
            command=command,
        )
        subject = self._subjects.command("run", ask.project_id, ask.aggregate_id)
        return await self._say("run", subject, letter, ask.user_id)

    async def credit(self, ask: Ask, command: CreditCommand) -> Answer:
        """Have something booked on an account; as `graph`. `user_id` is whose account it is."""
        letter = CreditLetter(
            id=ask.letter_id,
            at=self._clock(),
            user_id=ask.user_id,
            actor=_other_than(ask.user_id),
            project_id=NO_PROJECT,
            aggregate_id=ask.user_id,
            reply_to=self._inbox,
            command=command,
        )
        subject = self._subjects.command("credit", ask.user_id, ask.user_id)
        owner = None  # ledgers are kept, open, and with them what they answer
        return await self._say("credit", subject, letter, owner)

    async def _say(
        self, kind: Kind, subject: str, letter: GraphLetter | RunLetter | CreditLetter, owner: UserId | None
    ) -> Answer:
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(letter.id, [])
        waiting.append(future)
        try:
            async with asyncio.timeout(self._timeout_s):
                with _sending(kind, subject, letter):
                    await self._log.append(
                        subject, seal(letter), expected=None, event_id=letter.id, headers=owned(owner)
                    )
                answer = await future
        except (TimeoutError, Unavailable) as error:
            raise NoAnswer(str(error) or "no answer in time") from error
        finally:
            if future in waiting:
                waiting.remove(future)
            if not waiting and self._waiting.get(letter.id) is waiting:
                del self._waiting[letter.id]
        if not await self._tide.reach(answer.seq, self._timeout_s):
            raise NoAnswer("the views are late")
        return answer


def _sending(kind: Kind, subject: str, letter: GraphLetter | RunLetter | CreditLetter) -> tracing.Going:
    if not tracing.recording():
        return tracing.span("", "sends")
    template = telemetry.COMMAND[kind]
    about = {telemetry.AGGREGATE: letter.aggregate_id, telemetry.PROJECT: letter.project_id}
    if kind == "run":
        about[telemetry.RUN] = letter.aggregate_id
    return tracing.span(telemetry.send(template), "sends", {**about, **telemetry.sent(template, subject)})


def _other_than(user: UserId) -> UserId | None:
    """Who does this, where it is not whose things they are."""
    actor = acting.get()
    return None if actor == user else actor
