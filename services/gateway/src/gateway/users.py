"""Who is asking. Until accounts exist there is one local user, and only this machine may ask."""

from dataclasses import dataclass

from contracts.base import ProjectId, UserId

LOCAL_USER = UserId("local")
DEFAULT_PROJECT = ProjectId("default")
DEFAULT_PROJECT_NAME = "My project"


@dataclass(frozen=True)
class Caller:
    """The person, or the key of a person, that a request comes from."""

    user_id: UserId
    admin: bool = False
    """May see and do what concerns the whole installation: parked messages, users, everybody's credits."""


LOCAL_CALLER = Caller(LOCAL_USER, admin=True)
