"""Who is asking, and whose things they are."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from contracts.base import ProjectId, UserId
from kit.ids import named_id

LOCAL_USER = UserId("local")
DEFAULT_PROJECT = ProjectId("default")
DEFAULT_PROJECT_NAME = "My project"

Scope = Literal["read", "write", "admin"]
"""What a key may do: look; change and run as well; and what concerns the whole installation."""


@dataclass(frozen=True)
class Caller:
    """The person, or the key of a person, that a request comes from."""

    user_id: UserId
    admin: bool = False
    """May see and do what concerns the whole installation: parked messages, users, everybody's credits."""
    may_write: bool = True
    name: str = ""
    key_id: str | None = None
    """Of the API key that was shown, itself or through a session."""
    by_cookie: bool = False


LOCAL_CALLER = Caller(LOCAL_USER, admin=True, name="Local user")

acting: ContextVar[UserId | None] = ContextVar("acting", default=None)
"""Who does what this request does: in a shared project that is not whose things they are."""


def default_project(user: str) -> ProjectId:
    """Everyone's own; of the local user it has a name that one can type."""
    return DEFAULT_PROJECT if user == LOCAL_USER else ProjectId(named_id(user, "default project"))
