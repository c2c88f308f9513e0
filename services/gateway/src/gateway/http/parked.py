"""What nobody could handle: listed, looked at, sent again."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from gateway.desk import Desk
from gateway.http import shapes
from gateway.http.asking import TheAdmin, TheDesk, ThePage, answer
from gateway.http.body import StrictRoute
from gateway.http.once import Ids, once
from gateway.http.problems import Problem, not_found
from gateway.parked import Parked
from gateway.redriving import CannotRedrive
from gateway.views.paging import cursor_at

router = APIRouter(prefix="/api/parked", tags=["parked"], route_class=StrictRoute)
_DIGITS = 18
"""They fit a sequence."""


async def _the_parked(desk: Desk, parked_id: str) -> Parked:
    known = parked_id.isascii() and parked_id.isdecimal() and len(parked_id) <= _DIGITS and int(parked_id) > 0
    found = await desk.redriver.find(int(parked_id)) if known else None
    if found is None:
        raise not_found("parked")
    return found


@router.get("", response_model=shapes.Listed[shapes.ParkedShape])
async def list_parked(desk: TheDesk, admin: TheAdmin, page: ThePage) -> Response:
    """Oldest first. Copies are kept for 30 days."""
    del admin  # that it is one is all
    after, _ = page.key() or (0, "")
    found = await desk.redriver.page(after, page.limit + 1)
    items = [one.shown() for one in found[: page.limit]]
    cursor = cursor_at(found[page.limit - 1].id, "") if len(found) > page.limit else None
    return answer({"items": items, "next_cursor": cursor})


@router.get("/{parked_id}", response_model=shapes.WholeParkedShape)
async def get_parked(parked_id: str, desk: TheDesk, admin: TheAdmin) -> Response:
    """The whole message, without secrets."""
    del admin  # as above
    return answer((await _the_parked(desk, parked_id)).whole())


@router.post("/{parked_id}/redrive", response_model=shapes.RedrivenShape)
async def redrive_parked(parked_id: str, request: Request, desk: TheDesk, admin: TheAdmin) -> Response:
    """Send it again, and forget the copy.

    A command is appended to the log anew. Of a report, a task or a timer the orchestrator is told, and does what the
    execution's state calls for: nothing is reported, paid or decided twice.
    """

    async def work(_: Ids) -> Response:
        parked = await _the_parked(desk, parked_id)
        try:
            done = await desk.redriver.redrive(admin.user_id, parked)
        except CannotRedrive as error:
            raise Problem(409, error.kind, str(error)) from error
        return answer({"id": str(done.id), "how": done.how, "subject": done.subject, "sequence": done.sequence})

    return await once(request, desk, admin.user_id, work)
