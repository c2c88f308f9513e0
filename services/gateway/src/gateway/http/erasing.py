"""A person's data is removed for good: by the person, or by an admin."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from gateway.commands import NoAnswer
from gateway.desk import Desk
from gateway.erasing import NotErasable
from gateway.http.asking import TheCaller, TheDesk, answer, is_id
from gateway.http.problems import Problem, invalid, not_found, unavailable
from gateway.users import Caller

router = APIRouter(tags=["people"])
Confirm = Annotated[str, Query(max_length=128, description="The user's id once more: it cannot be undone.")]


class ErasedShape(BaseModel):
    user_id: str
    executions_cancelled: int
    objects: int
    rows: int
    log: str
    """`sealed`: what the log holds is ciphertext without a key. `partly readable`: it is older than that."""


@router.delete("/api/me", response_model=ErasedShape)
async def erase_me(desk: TheDesk, caller: TheCaller, confirm: Confirm = "") -> Response:
    """Remove everything that is one's own. It cannot be undone."""
    return await _erase(desk, caller, caller.user_id, confirm)


@router.delete("/api/users/{user_id}", response_model=ErasedShape)
async def erase_user(user_id: str, desk: TheDesk, caller: TheCaller, confirm: Confirm = "") -> Response:
    """As an admin, remove everything that is a user's. It cannot be undone."""
    if not caller.admin or not is_id(user_id) or await desk.who.people.user(user_id) is None:
        raise not_found("user")
    return await _erase(desk, caller, user_id, confirm)


async def _erase(desk: Desk, caller: Caller, user: str, confirm: str) -> Response:
    if confirm != user:
        raise invalid(["query", "confirm"], f"To erase user {user}, say confirm={user}.", "not-confirmed")
    try:
        return answer(asdict(await desk.eraser.erase(caller, user)))
    except NotErasable as error:
        raise Problem(409, "not-erasable", str(error)) from error
    except NoAnswer as error:
        raise unavailable("Not everything could be stopped in time. Send it again: it goes on.") from error
