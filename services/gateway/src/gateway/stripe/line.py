"""The line to Stripe. The only module that imports its library."""

import asyncio
from typing import Any

import stripe

from gateway.library.checkouts import Checkout
from gateway.stripe.told import NotReached

_ANSWER_S = 15
_TOLERANCE_S = 300


class Line:
    def __init__(self, key: str, webhook_secret: str, base: str | None) -> None:
        self._webhook_secret = webhook_secret
        self._client = stripe.StripeClient(
            key,
            base_addresses={"api": base} if base else None,
            http_client=stripe.RequestsClient(timeout=_ANSWER_S),
            max_network_retries=1,
        )

    async def session(self, checkout: Checkout, come_back: str) -> tuple[str, str]:
        """Open a Checkout Session; asked again for the same one, it is the same. Give its id, and where to pay.

        Raises:
            NotReached: not now.
        """
        marks = {"groove_checkout": checkout.id, "groove_user": checkout.user_id}
        credits_ = f"{checkout.amount / 1_000_000:,.6f}".rstrip("0").rstrip(".")
        product = {"name": f"{credits_} Pixel Groove credits"}
        price = {"currency": checkout.currency, "unit_amount": checkout.price, "product_data": product}
        params: Any = {
            "mode": "payment",
            "client_reference_id": checkout.id,
            "line_items": [{"quantity": 1, "price_data": price}],
            "metadata": marks,
            "payment_intent_data": {"metadata": marks},
            "success_url": f"{come_back}?checkout=done",
            "cancel_url": f"{come_back}?checkout=cancelled",
        }
        try:
            made = await asyncio.to_thread(
                self._client.v1.checkout.sessions.create, params, {"idempotency_key": checkout.id}
            )
        except stripe.StripeError as error:
            raise NotReached(f"Stripe: {type(error).__name__}") from None  # what it said may name the key
        if not made.url:
            raise NotReached("Stripe gave no address to pay at")
        return made.id, made.url

    def signed(self, payload: str, signature: str | None) -> bool:
        """Whether it was signed with our secret, within the last minutes."""
        try:
            stripe.WebhookSignature.verify_header(payload, signature or "", self._webhook_secret, _TOLERANCE_S)
        except (stripe.SignatureVerificationError, ValueError):
            return False
        return True
