"""Takes money: offers a checkout, and books what Stripe says was paid, or went back.

Whatever comes twice, late or out of order is booked once: the account knows each key. What is paid is compared with
what was offered, never believed.
"""

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING

from pydantic import ValidationError

from contracts.base import MessageId, UserId
from contracts.credit import CreditCommand, TakeBack, TopUp
from contracts.subjects import NO_PROJECT
from gateway.commands import Ask, Commands
from gateway.library.checkouts import Checkout, Checkouts
from gateway.stripe import told

if TYPE_CHECKING:
    from gateway.stripe.line import Line
from gateway.stripe.told import Back, Event, Misfit, Session
from kit.ids import new_id

MICRO = 1_000_000
LEAST, MOST = 50 * MICRO, 1_000_000 * MICRO
"""Of one top-up: Stripe takes no less than half a dollar."""
_log = logging.getLogger(__name__)


class Till:
    def __init__(self, line: "Line", checkouts: Checkouts, commands: Commands, currency: str) -> None:
        self.line = line
        self._checkouts = checkouts
        self._commands = commands
        self._currency = currency

    async def offer(self, id_: str, user: UserId, amount: int, come_back: str) -> tuple[Checkout, str]:
        """Offer so many micro-credits, whole credits, at one cent each. Give the offer, and where to pay.

        Raises:
            NotReached: Stripe does not answer.
        """
        offered = await self._checkouts.offer(Checkout(id_, user, amount, amount // MICRO, self._currency))
        session_id, url = await self.line.session(offered, come_back)
        await self._checkouts.opened(offered.id, session_id)
        return offered, url

    async def take(self, event: Event) -> bool:
        """Book what an event says that was checked to be Stripe's. False: it does not concern us.

        Raises:
            Misfit: it is not what was offered.
            NoAnswer: not in time; it must come again.
        """
        session, back = told.session(event), told.back(event)
        if session is not None:
            return await self._paid(event, session)
        if back is not None:
            return await self._went_back(event, back)
        return False

    async def _paid(self, event: Event, session: Session) -> bool:
        checkout = await self._checkouts.of_session(session.id)
        if checkout is None:
            return False  # something else is sold on the same account
        if session.payment_status != "paid":
            return True  # it says so again when it is
        if (session.amount_total, session.currency.lower()) != (checkout.price, checkout.currency):
            raise Misfit(f"checkout {checkout.id} was offered for another price")
        if session.client_reference_id != checkout.id:
            raise Misfit(f"checkout {checkout.id} was offered to somebody else")
        if await self._checkouts.heard(event.id, event.type, None, {}):
            booked = TopUp(amount=checkout.amount, key=session.id, reason=f"checkout {checkout.id}")
            await self._book(checkout, booked)
            await self._checkouts.paid(checkout.id, session.payment_intent)
            if session.payment_intent:
                await self._catch_up(checkout, session.payment_intent)
            await self._checkouts.done(event.id)
        return True

    async def _catch_up(self, checkout: Checkout, payment_intent: str) -> None:
        """What went back of it before it was known."""
        for event_id, body in await self._checkouts.waiting(payment_intent):
            await self._book_back(checkout, Back(**body))
            await self._checkouts.done(event_id)

    async def _went_back(self, event: Event, back: Back) -> bool:
        checkout = await self._checkouts.of_payment(back.payment_intent)
        if not await self._checkouts.heard(event.id, event.type, back.payment_intent, asdict(back)):
            return True
        # it may have been paid in this very moment: who books that looks for what waits, and we look again for that
        checkout = checkout or await self._checkouts.of_payment(back.payment_intent)
        if checkout is None:
            return False
        await self._book_back(checkout, back)
        await self._checkouts.done(event.id)
        return True

    async def _book_back(self, checkout: Checkout, back: Back) -> None:
        if back.currency.lower() != checkout.currency or back.total > checkout.price:
            _log.error("more went back than was paid", extra={"checkout": checkout.id, "key": back.key})
        total = min(back.total, checkout.price) * checkout.amount // checkout.price
        reason = f"{back.reason} of checkout {checkout.id}"
        await self._book(checkout, TakeBack(key=back.key, total=total, final=back.final, reason=reason))

    async def _book(self, checkout: Checkout, command: CreditCommand) -> None:
        user = UserId(checkout.user_id)
        answer = await self._commands.credit(Ask(MessageId(new_id()), user, NO_PROJECT, user), command)
        if answer.outcome != "done":
            raise Misfit(answer.rejection.message if answer.rejection else "the account cannot be read")


def read(payload: str) -> Event:
    """
    Raises:
        Misfit: it is no event.
    """  # noqa: D205, D212  only what it raises is worth saying
    try:
        return Event.model_validate_json(payload)
    except ValidationError as error:
        raise Misfit("it is no event") from error
