"""Everything about credits, put together."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.commands import Commands
from gateway.library.checkouts import Checkouts
from gateway.settings import Settings
from gateway.stripe.till import Till
from gateway.views.read_credits import Ledger
from gateway.views.read_reconciled import Reconciled
from gateway.views.read_usage import Usages
from kit.clock import Clock


@dataclass(frozen=True)
class Money:
    on: bool
    """Whether runs are paid for here."""
    ledger: Ledger
    reconciled: Reconciled
    usages: Usages
    till: Till | None
    """None: credits cannot be bought here."""
    public_url: str | None = None


def money_of(settings: Settings, engine: AsyncEngine, commands: Commands, clock: Clock) -> Money:
    till = None
    key, secret = settings.stripe_secret_key, settings.stripe_webhook_secret
    if key is not None and secret is not None:
        from gateway.stripe.line import Line  # noqa: PLC0415  a large library, which few need

        line = Line(key.get_secret_value(), secret.get_secret_value(), settings.stripe_api_base)
        till = Till(line, Checkouts(engine, clock), commands, settings.stripe_currency)
    return Money(
        settings.credits == "on", Ledger(engine), Reconciled(engine), Usages(engine), till, settings.public_url
    )
