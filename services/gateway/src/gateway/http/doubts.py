"""What cannot be known, for a person to settle: with `POST /api/executions/{id}/nodes/{node_id}/settle`."""

from fastapi import APIRouter
from starlette.responses import Response

from gateway.http import shapes
from gateway.http.asking import TheDesk, ThePage, TheUser, answer
from gateway.http.body import StrictRoute

router = APIRouter(prefix="/api/doubts", tags=["executions"], route_class=StrictRoute)


@router.get("", response_model=shapes.Listed[shapes.DoubtShape])
async def list_doubts(desk: TheDesk, user: TheUser, page: ThePage) -> Response:
    """Nodes in doubt, of every execution: it cannot be known whether their provider took the request."""
    items, cursor = await desk.doubts.page(user, page)
    return answer({"items": items, "next_cursor": cursor})
