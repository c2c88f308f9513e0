"""Where Stripe tells what was paid. Anybody may call it: only what Stripe has signed is read."""

import logging

from fastapi import APIRouter, Request
from starlette.responses import Response

from gateway.commands import NoAnswer
from gateway.http.asking import TheDesk, answer
from gateway.http.body import MAX_BYTES, StrictRoute
from gateway.http.problems import Problem, unavailable
from gateway.stripe.till import read
from gateway.stripe.told import Misfit

router = APIRouter(prefix="/api/webhooks", tags=["credits"], route_class=StrictRoute)
_log = logging.getLogger(__name__)


@router.post("/stripe")
async def hear_stripe(request: Request, desk: TheDesk) -> Response:
    """For Stripe alone. Said twice, or in another order, it is booked once."""
    till = desk.money.till
    if till is None:
        raise Problem(404, "not-found", "There is nothing here.")
    payload = await _text(request)
    if not till.line.signed(payload, request.headers.get("stripe-signature")):
        raise Problem(400, "bad-signature", "This was not signed by Stripe, or too long ago.")
    try:
        concerned = await till.take(read(payload))
    except Misfit as error:
        _log.error("an event of Stripe does not fit", extra={"reason": str(error)[:300]})
        raise Problem(422, "does-not-fit", "This does not fit what was offered. Nothing was booked.") from error
    except NoAnswer as error:
        raise unavailable("It could not be booked in time. Send it again.") from error
    return answer({"received": True, "booked": concerned})


async def _text(request: Request) -> str:
    """As it was sent: the signature is over these very bytes."""
    try:
        return (await request.body())[: MAX_BYTES + 1].decode()
    except UnicodeDecodeError as error:
        raise Problem(400, "bad-signature", "This is not text.") from error
