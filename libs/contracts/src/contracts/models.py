"""Which models exist, what they can do, what they cost: the shape of the catalogue. `providers` fills it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from contracts.base import Message, MicroCredits

LOCAL = "local"
Status = Literal["active", "deprecated", "retired", "uncertain"]


class Price(Message):
    """What one unit costs, from when to when, and who says so."""

    unit: str
    """`image`, `1M_input_tokens`, `1M_output_tokens`, `second` …"""
    micro_credits: MicroCredits
    condition: str = ""
    """When it applies, in the source's words: "1K", "2K"."""
    valid_from: date | None = None
    valid_until: date | None = None
    source: str
    as_of: date


class ParamLimit(Message):
    """Where a model is narrower than the node type."""

    choices: tuple[str | int, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


class Model(Message):
    provider: str
    id: str
    title: str
    operations: tuple[str, ...]
    """Node types that it can carry out."""
    status: Status = "active"
    retired_on: date | None = None
    replaced_by: str | None = None
    source: str = ""
    as_of: date | None = None
    paid: bool = True
    """Whether a call costs money: decides how carefully it is submitted."""
    max_prompt_chars: int = 16_000
    max_inputs: Mapping[str, int] = {}
    """Most values of a many-port that it takes: {"reference": 3}. Absent: no limit of its own."""
    limits: Mapping[str, ParamLimit] = {}
    ignores: tuple[str, ...] = ()
    """Parameters of the node type that it has no use for."""
    fixed: Mapping[str, Mapping[str, str | int]] = {}
    """By operation, parameters that are what they are whatever is asked: {"video_extend": {"duration_s": 7}}."""
    prices: tuple[Price, ...] = ()
    estimates: Mapping[str, MicroCredits] = {}
    """Expected cost of one output, per operation."""


class Provider(Message):
    name: str
    title: str
    help: str
    needs: tuple[str, ...] = ()
    """Environment variables, any of which configures it."""
    keyed: bool = False
    """It is paid by whoever's key is shown: users may bring their own."""
    rank: int = 0
    """Where a person names no provider, the enabled one of the lowest rank is taken."""


class ModelBook(Message):
    """The catalogue as the deciders see it. Order matters: a provider's first active model that can is its default."""

    providers: tuple[Provider, ...]
    models: tuple[Model, ...]
    enabled: frozenset[str] = frozenset({LOCAL})
    """Providers configured in this installation."""
    day: date | None = None
    """Of which it tells. None: whatever day."""

    def provider(self, name: str) -> Provider | None:
        return next((provider for provider in self.providers if provider.name == name), None)

    def find(self, provider: str | None, model: str) -> Model | None:
        return next((m for m in self.models if m.id == model and provider in (None, m.provider)), None)

    def default(self, operation: str, provider: str | None, preferred: Sequence[str] = ()) -> Model | None:
        """The model that carries out an operation when the person named none.

        Args:
            operation: a node type.
            provider: only this provider's, when given; else any enabled one.
            preferred: model ids of the project or installation, tried first and in this order.
        """
        able = [
            model
            for model in self.models
            if operation in model.operations
            and model.status == "active"
            and (model.provider == provider if provider else model.provider in self.enabled)
        ]
        ranks = {provider.name: provider.rank for provider in self.providers}
        able.sort(key=lambda model: ranks.get(model.provider, 0))  # stable: within a provider the book's order counts
        order = {id_: place for place, id_ in reversed([*enumerate(preferred)])}
        chosen = sorted((model for model in able if model.id in order), key=lambda model: order[model.id])
        return next(iter(chosen or able), None)

    def able(self, operation: str) -> list[Model]:
        return [model for model in self.models if operation in model.operations]


Params = dict[str, Any]
"""Checked against the node type's `Param`s; only strings, numbers and booleans."""
