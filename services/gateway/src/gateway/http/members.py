"""Who else is in a project: viewers look, editors change and run. What they run is the owner's, and the owner pays."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from gateway.desk import Desk
from gateway.http.asking import TheCaller, TheDesk, TheUser, answer, is_id
from gateway.http.body import StrictRoute
from gateway.http.problems import Problem, invalid, not_found
from gateway.http.projects import the
from gateway.http.shapes_who import MemberShape, MembersShape, NewMember
from gateway.library.acts import Thing
from gateway.library.members import Member
from gateway.library.people import User

router = APIRouter(prefix="/api/projects/{project_id}/members", tags=["projects"], route_class=StrictRoute)
_MOST = 200


def _show(member: Member) -> dict[str, Any]:
    return dict(vars(member))


@router.get("", response_model=MembersShape)
async def list_members(project_id: str, desk: TheDesk, user: TheUser) -> Response:
    """Its owner first."""
    project = await the(desk, user, project_id)
    owner = await desk.who.people.user(user)
    first = Member(user, owner.name if owner else "", owner.email if owner else None, "owner", project.created_at)
    return answer({"items": [_show(one) for one in (first, *await desk.who.members.of(project.id))]})


@router.put("/{user_id}", response_model=MemberShape)
async def put_member(
    project_id: str, user_id: str, body: NewMember, desk: TheDesk, user: TheUser, caller: TheCaller
) -> Response:
    """Let somebody in, or give them another role. `user_id` is an id, or the email address of somebody known here."""
    project = await the(desk, user, project_id)
    person = await _person(desk, user_id)
    if person.id == user:
        raise invalid(["path", "user_id"], "The project is yours already.")
    there = await desk.who.members.of(project.id)
    if len(there) >= _MOST and all(one.user_id != person.id for one in there):
        raise Problem(409, "too-many-members", f"A project has at most {_MOST} members.")
    await desk.who.members.put(project.id, user, person.id, body.role)
    thing = Thing("user", person.id, person.name)
    await desk.acts.note(caller, "member.set", thing, f"as {body.role}", (user, project.id))
    member = next(one for one in await desk.who.members.of(project.id) if one.user_id == person.id)
    return answer(_show(member))


@router.delete("/{user_id}", status_code=204)
async def remove_member(project_id: str, user_id: str, desk: TheDesk, user: TheUser, caller: TheCaller) -> Response:
    """Take somebody out; anybody may take out themselves. Their open streams end within half a minute."""
    project = await the(desk, user, project_id)
    if caller.user_id not in {user, user_id}:
        raise Problem(403, "role-too-low", "Only its owner can take somebody else out of a project.")
    if not is_id(user_id) or not await desk.who.members.remove(project.id, user_id):
        raise not_found("member")
    await desk.acts.note(caller, "member.removed", Thing("user", user_id), project=(user, project.id))
    return Response(status_code=204)


async def _person(desk: Desk, named: str) -> User:
    people = desk.who.people
    found = await people.user(named) if is_id(named) else await people.by_email(named) if "@" in named else None
    if found is None or found.disabled:
        raise invalid(["path", "user_id"], "Nobody with that id or email address is known here.", "unknown-user")
    return found
