"""What the API says of people, keys and members."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from gateway.http.bodies import Strict
from gateway.users import Scope

Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class MeShape(BaseModel):
    id: str
    name: str
    email: str | None
    admin: bool
    default_project_id: str
    signed_in: bool
    """False: this installation knows one local user, and asks nobody who they are."""


class SessionShape(BaseModel):
    user_id: str
    expires_in_s: int


class KeyShape(BaseModel):
    id: str
    name: str
    shown: str
    """How the key begins."""
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    """To the minute."""
    revoked_at: datetime | None


class NewKeyShape(KeyShape):
    key: str
    """The key itself: this is the only time that it is shown."""


class NewKey(Strict):
    name: Name
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=3)] = ("read", "write")
    expires_at: AwareDatetime | None = None


class MemberShape(BaseModel):
    user_id: str
    name: str
    email: str | None
    role: Literal["viewer", "editor", "owner"]
    added_at: datetime


class MembersShape(BaseModel):
    items: list[MemberShape]


class NewMember(Strict):
    role: Literal["viewer", "editor"]
