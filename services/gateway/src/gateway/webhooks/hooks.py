"""Webhooks, put together."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.library.acts import Acts
from gateway.library.webhook_deliveries import Deliveries
from gateway.library.webhooks import Webhooks
from gateway.views.waiting import Tide
from gateway.webhooks.pump import Pump, Telling
from gateway.webhooks.reading import Reading
from gateway.webhooks.sending import Sender
from gateway.webhooks.vault import Vault
from kit.clock import Clock
from kit.sealing import SecretKeys


@dataclass(frozen=True)
class Hooks:
    telling: Telling
    pump: Pump


def hooks(engine: AsyncEngine, tide: Tide, clock: Clock, keys: SecretKeys | None, sender: Sender) -> Hooks:
    telling = Telling(
        Reading(engine, clock),
        Webhooks(engine, Vault(keys), clock),
        Deliveries(engine, clock),
        sender,
        Acts(engine, clock),
        clock,
    )
    return Hooks(telling, Pump(telling, tide))
