"""Which models there are and what they cost, from dated and sourced rows in `data/`. Imports no vendor's SDK."""

import json
from collections.abc import Collection, Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files

from contracts.base import MicroCredits
from contracts.models import Model, ModelBook, Price, Provider

_SHELVES = ("local", "google", "fake")
"""In order of choice: the first enabled model that can is the default."""
_HIDDEN = frozenset({"fake"})
"""Not shown to anyone who did not ask for them."""
LONG_PROMPT_TOKENS = 200_000
"""Above it some models cost more."""


@cache
def _shelf(name: str) -> tuple[Provider, tuple[Model, ...], Mapping[str, Mapping[str, str]]]:
    raw = json.loads((files("providers") / "data" / f"{name}.json").read_text("utf-8"))
    models = tuple(Model.model_validate(row) for row in raw["models"])
    return Provider.model_validate(raw["provider"]), models, raw.get("vertex_retired", {})


def book(enabled: Collection[str], *, on: date | None = None, vertex: bool = False) -> ModelBook:
    """Give the catalogue of an installation.

    Args:
        enabled: providers that are configured here. The fake one is listed only if it is among them.
        on: today. A model whose last day has come by then is retired even if the rows still call it deprecated.
        vertex: Google is reached through Vertex, which retired some models earlier.

    Raises:
        ValueError: there is no such provider.
    """
    if unknown := sorted(set(enabled) - set(_SHELVES)):
        raise ValueError(f"There is no provider {unknown[0]!r}. There are: {', '.join(_SHELVES)}.")
    shelves = [_shelf(name) for name in _SHELVES if name in enabled or name not in _HIDDEN]
    models = [_as_of(on, _vertex(model, early) if vertex else model) for _, shelf, early in shelves for model in shelf]
    makers = tuple(provider for provider, _, _ in shelves)
    return ModelBook(providers=makers, models=tuple(models), enabled=frozenset(enabled), day=on)


def _vertex(model: Model, early: Mapping[str, Mapping[str, str]]) -> Model:
    row = early.get(model.id)
    if row is None:
        return model
    return Model.model_validate(model.model_dump() | {"status": "retired"} | dict(row))


def _as_of(on: date | None, model: Model) -> Model:
    # a vendor that re-routes a name to another model after its last day would bill for what nobody chose
    gone = on is not None and model.status == "deprecated" and model.retired_on is not None and model.retired_on <= on
    return model.model_copy(update={"status": "retired"}) if gone else model


def cost_of(
    model: Model, usage: Mapping[str, float], on: date, conditions: Mapping[str, str] | None = None
) -> MicroCredits:
    """What a call cost, in whole micro-credits, computed from what it used at the prices of that day.

    Args:
        model: as in the catalogue.
        usage: counts by kind. A price of unit `1M_<kind>` is per million, any other is per `<unit>s`:
            `input_tokens`, `output_tokens` (text), `thinking_tokens`, `output_image_tokens`, `output_audio_tokens`,
            `images`, `texts` …
            Thinking is billed as output. Pictures and films are billed by their tokens where the model has such a
            price, else by the piece and by the second. What the model has no price for adds nothing.
        on: the day of the call.
        conditions: what the call asked for, as the price rows say it: {"image_size": "2K"}.
    """
    used = dict(usage)
    used["output_tokens"] = used.get("output_tokens", 0) + used.pop("thinking_tokens", 0)
    if used.get("output_image_tokens") and _price(model, "1M_output_image_tokens", on, usage, conditions):
        used.pop("images", None)
    if used.get("output_video_tokens") and _price(model, "1M_output_video_tokens", on, usage, conditions):
        used.pop("seconds", None)
    total = Fraction(0)
    for kind, amount in used.items():
        if amount <= 0:
            continue
        if price := _price(model, f"1M_{kind}", on, usage, conditions):
            total += Fraction(amount) * price.micro_credits / 1_000_000
        elif price := _price(model, kind.removesuffix("s"), on, usage, conditions):
            total += Fraction(amount) * price.micro_credits
    return round(total)


def _price(
    model: Model, unit: str, on: date, usage: Mapping[str, float], conditions: Mapping[str, str] | None
) -> Price | None:
    fitting = [p for p in model.prices if p.unit == unit and _applies(p.condition, usage, conditions or {})]
    today = [p for p in fitting if (p.valid_from or on) <= on <= (p.valid_until or on)]
    # a price that ran out is a better guess than nothing
    return next(iter(today or sorted(fitting, key=_last_day, reverse=True)), None)


def _last_day(price: Price) -> date:
    return price.valid_until or date.max


def _applies(condition: str, usage: Mapping[str, float], conditions: Mapping[str, str]) -> bool:
    if not condition:
        return True
    if condition.startswith("prompt"):
        return (usage.get("input_tokens", 0) > LONG_PROMPT_TOKENS) == condition.startswith("prompt>")
    name, _, value = condition.partition("=")
    return conditions.get(name) == value if value else name in conditions.values()
