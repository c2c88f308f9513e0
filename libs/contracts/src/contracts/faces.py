"""What is asked of the face service, and what it answers: request and reply on `subjects.faces` (core NATS).

Nothing here is a fact. What must not be lost is a task, or follows from the facts of characters.
"""

from typing import Annotated, Literal

from pydantic import Field

from contracts.base import AssetId, CharacterId, Message, ProjectId, UserId
from contracts.failures import Failure


class Face(Message):
    """One face in a picture. Never its embedding: that stays with the service."""

    x: float
    y: float
    width: float
    height: float
    """Pixels of the picture as it is shown, orientation applied."""
    score: float
    """The detector's, 0 to 1."""
    quality: float = 0.0
    """0 to 1: how good a reference it is, by size, sharpness, pose and light."""
    landmarks: tuple[tuple[float, float], ...] = ()
    """Left eye, right eye, nose, left and right corner of the mouth, as seen."""
    age: int | None = None
    sex: Literal["female", "male"] | None = None
    """Both are a model's guess."""


class LookAt(Message):
    """Which faces are in a picture."""

    type: Literal["LookAt"] = "LookAt"
    user_id: UserId
    sha256: str
    """Of the picture, as it lies in object storage."""


class WhoIs(Message):
    """Which of the user's characters a picture shows."""

    type: Literal["WhoIs"] = "WhoIs"
    user_id: UserId
    sha256: str
    project_id: ProjectId | None = None
    """Only characters of this project."""
    limit: Annotated[int, Field(ge=1, le=100)] = 10


FaceQuestion = Annotated[LookAt | WhoIs, Field(discriminator="type")]


class FaceAsk(Message):
    ask: FaceQuestion


class Candidate(Message):
    """A character that a picture may show."""

    character_id: CharacterId
    score: float
    """Cosine, -1 to 1."""
    match: bool
    source_asset_id: AssetId
    """Of the reference that is most alike."""
    face: int = 0
    """Which face of the picture it is, by its place in `faces`."""


class FaceAnswer(Message):
    engine: str = ""
    """As `insightface/buffalo_l` or `baseline/lbp-hog`."""
    baseline: bool = False
    """It is the classical one, without weights: good for demonstrations, not to tell people apart."""
    threshold: float = 0.0
    width: int = 0
    height: int = 0
    """Pixels of the picture as it is shown."""
    faces: tuple[Face, ...] = ()
    """Largest first."""
    candidates: tuple[Candidate, ...] = ()
    """Best first."""
    failure: Failure | None = None
    """Set: nothing else is. `not_configured`, `invalid_input`, or `transient`."""
