"""What the gateway needs of the face service: to look at a picture, and to say whom it shows."""

from typing import Protocol

from nats.aio.client import Client
from nats.errors import Error as NatsError

from contracts.base import ProjectId, UserId
from contracts.envelope import Unreadable, seal, unseal
from contracts.faces import FaceAnswer, FaceAsk, FaceQuestion, LookAt, WhoIs
from contracts.failures import FailureKind
from contracts.subjects import Subjects

_OFF = (
    "There is no face service in this installation (GROOVE_FACES is false), so nobody can look for faces. "
    "Start face-embedding and set GROOVE_FACES=true."
)


class FacesOff(Exception):
    """There is none in this installation, or it has no engine. The message says what to do."""


class FacesAway(Exception):
    """It does not answer now, or not this. The message is a sentence."""


class BadPicture(Exception):
    """It cannot look at this picture, ever. The message says why."""


class Faces(Protocol):
    @property
    def on(self) -> bool:
        """Whether there is one at all."""
        ...

    async def look(self, user: UserId, sha256: str) -> FaceAnswer:
        """Which faces are in a picture, the largest first.

        Raises:
            FacesOff, FacesAway, BadPicture: there is no answer.
        """
        ...

    async def who(self, user: UserId, sha256: str, project: ProjectId | None, limit: int) -> FaceAnswer:
        """Which of the user's characters a picture shows, the best first.

        Raises:
            FacesOff, FacesAway, BadPicture: there is no answer.
        """
        ...


class NatsFaces:
    """Asks whichever face service is free."""

    on = True

    def __init__(self, nc: Client, subjects: Subjects, timeout_s: float) -> None:
        self._nc = nc
        self._subject = subjects.faces
        self._timeout_s = timeout_s

    async def look(self, user: UserId, sha256: str) -> FaceAnswer:
        return await self._ask(LookAt(user_id=user, sha256=sha256))

    async def who(self, user: UserId, sha256: str, project: ProjectId | None, limit: int) -> FaceAnswer:
        return await self._ask(WhoIs(user_id=user, sha256=sha256, project_id=project, limit=limit))

    async def _ask(self, question: FaceQuestion) -> FaceAnswer:
        try:
            reply = await self._nc.request(self._subject, seal(FaceAsk(ask=question)), timeout=self._timeout_s)
            answer = unseal(FaceAnswer, reply.data)
        except (NatsError, TimeoutError, Unreadable) as error:
            raise FacesAway("The face service does not answer now.") from error
        failure = answer.failure
        if failure is None:
            return answer
        if failure.kind is FailureKind.NOT_CONFIGURED:
            raise FacesOff(failure.message)
        if failure.kind in {FailureKind.INVALID_INPUT, FailureKind.INVALID_REQUEST}:
            raise BadPicture(failure.message)
        raise FacesAway(failure.message)


class NoFaces:
    """Stands where there is no face service."""

    on = False

    async def look(self, user: UserId, sha256: str) -> FaceAnswer:
        del user, sha256
        raise FacesOff(_OFF)

    async def who(self, user: UserId, sha256: str, project: ProjectId | None, limit: int) -> FaceAnswer:
        del user, sha256, project, limit
        raise FacesOff(_OFF)
