"""Asks an orchestrator what a run would cost. Nothing is recorded."""

from nats.aio.client import Client
from nats.errors import Error as NatsError

from contracts.base import MessageId, ProjectId, UserId
from contracts.envelope import Estimate, RunLetter, seal, unseal
from contracts.run import StartRun
from contracts.subjects import Subjects
from gateway.commands import NoAnswer
from kit.clock import Clock
from kit.ids import new_id


class Estimates:
    def __init__(self, nc: Client, subjects: Subjects, clock: Clock, timeout_s: float) -> None:
        self._nc = nc
        self._subjects = subjects
        self._clock = clock
        self._timeout_s = timeout_s

    async def ask(self, user: UserId, project: ProjectId, command: StartRun) -> Estimate:
        """
        Raises:
            NoAnswer: no orchestrator answered in time.
        """  # noqa: D205, D212  only what it raises is worth saying
        letter = RunLetter(
            id=MessageId(new_id()),
            at=self._clock(),
            user_id=user,
            project_id=project,
            aggregate_id=new_id(),
            command=command,
        )
        try:
            answer = await self._nc.request(self._subjects.estimates, seal(letter), timeout=self._timeout_s)
        except (NatsError, TimeoutError) as error:
            raise NoAnswer(type(error).__name__) from error
        return unseal(Estimate, answer.data)
