"""Oneself."""

from fastapi import APIRouter
from starlette.responses import Response

from gateway.http.asking import TheCaller, TheDesk, answer
from gateway.http.body import StrictRoute
from gateway.http.shapes_who import MeShape
from gateway.users import default_project

router = APIRouter(prefix="/api/me", tags=["people"], route_class=StrictRoute)


@router.get("", response_model=MeShape)
async def get_me(desk: TheDesk, caller: TheCaller) -> Response:
    """Who is asking."""
    user = await desk.who.people.user(caller.user_id)
    return answer(
        {
            "id": caller.user_id,
            "name": user.name if user else caller.name,
            "email": user.email if user else None,
            "admin": caller.admin,
            "default_project_id": default_project(caller.user_id),
            "signed_in": desk.who.signin.required,
        }
    )
