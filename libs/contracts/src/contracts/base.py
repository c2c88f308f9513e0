"""What every message is, and the names of things."""

from typing import Annotated, NewType

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

UserId = NewType("UserId", str)
ProjectId = NewType("ProjectId", str)
GraphId = NewType("GraphId", str)
NodeId = NewType("NodeId", str)
EdgeId = NewType("EdgeId", str)
RunId = NewType("RunId", str)
TaskId = NewType("TaskId", str)
AssetId = NewType("AssetId", str)
CharacterId = NewType("CharacterId", str)
MessageId = NewType("MessageId", str)

ID_PATTERN = r"^[A-Za-z0-9_-]{1,64}$"
Id = Annotated[str, Field(pattern=ID_PATTERN)]

MicroCredits = int
"""Integer millionths of a credit. A credit is one US cent unless an installation says otherwise."""

MAX_EVENTS_PER_DECISION = 10_000


class Message(BaseModel):
    """Immutable, and deaf to fields it does not know, so old readers survive new writers."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Fact(Message):
    """Something that happened."""

    at: AwareDatetime


def task_id(run: RunId, node: NodeId, attempt: int) -> TaskId:
    """One attempt of one node. Also the idempotency key that a provider sees."""
    return TaskId(f"{run}.{node}.{attempt}")


def position(seq: int, index: int = 0) -> int:
    """The public, ever growing number of one event: its decision's sequence, then its place in it."""
    return seq * MAX_EVENTS_PER_DECISION + index
