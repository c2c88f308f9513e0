"""What a node may cost: from the model's price rows, as far as its params say what is bought."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from contracts.base import MicroCredits
from contracts.catalogue import MAX_TEXT
from contracts.models import Model, Params, Price
from contracts.plan import PlannedInput, PlannedNode

_INPUT, _OUTPUT, _SPOKEN = "1M_input_tokens", "1M_output_tokens", "1M_output_audio_tokens"
_SECOND = "second"
_PER_TOKEN = 1_000_000
_CHARS_PER_TOKEN = 2
"""Prompts of most languages have more: so many tokens at most."""
_PICTURE_TOKENS = 2_600
_FILM_TOKENS = 30 * 5_800
"""The longest that a provider extends."""
_WORDS = 200
_TOKENS_PER_WORD = 3
_THINKING_TOKENS = 8_192
"""As the adapters bound an answer."""
_TOKENS_PER_SCENE = 900
_TRIES_OF_A_SHAPE = 2
_TOKENS_PER_SPOKEN_CHAR = 32 / 10
"""Slow speech: ten characters a second, each second 32 tokens. Usual are fifteen, and 25 tokens."""


@dataclass(frozen=True)
class Priced:
    """One attempt of a node."""

    low: MicroCredits
    expected: MicroCredits
    high: MicroCredits
    basis: str


def priced(model: Model, operation: str, params: Params, inputs: Sequence[PlannedInput], on: date | None) -> Priced:
    """What it is thought to cost, and from which rows that is known."""
    count = int(params.get("count", 1))
    guess = model.estimates.get(operation, 0) * count
    rows = [row for row in model.prices if on is None or _valid(row, on)] or list(model.prices)
    pieces = [row for row in rows if not row.unit.startswith("1M_")]
    output = next((row for row in rows if row.unit in {_OUTPUT, _SPOKEN}), None)
    if pieces:
        asked = {**params, **model.fixed.get(operation, {})}
        found = _by_piece(pieces, asked, count, guess)
        read = count * _read_bound(rows, model, params, inputs) if by_second(model) else 0
        return replace(found, high=found.high + read)
    if output is not None:
        bound = count * _token_bound(rows, model, operation, params, inputs)
        basis = f"expected: typical use; at most: all tokens that may be used, at {_said(output)}"
        return Priced(min(guess, bound), guess, max(guess, bound), basis)
    return Priced(guess, guess, guess, "the catalogue's estimate: no price row fits")


def of(node: PlannedNode, model: Model, on: date | None) -> Priced:
    return priced(model, node.type, node.params, node.inputs, on)


def _by_piece(rows: Sequence[Price], params: Params, count: int, guess: MicroCredits) -> Priced:
    """The row whose condition a param meets; where none does, anything from the cheapest to the dearest."""
    wanted = {str(value) for value in params.values()}
    exact = [row for row in rows if row.condition and row.condition.rpartition("=")[2] in wanted]
    fitting = exact or [row for row in rows if not row.condition]
    if fitting:
        cost = fitting[0].micro_credits * count * _pieces(fitting[0], params)
        return Priced(cost, cost, cost, _said(fitting[0]))
    costs = sorted(row.micro_credits * count * _pieces(row, params) for row in rows)
    dearest = max(rows, key=lambda row: row.micro_credits)
    return Priced(
        min(costs[0], guess or costs[0]), guess or costs[0], max(costs[-1], guess), f"at most {_said(dearest)}"
    )


def by_second(model: Model) -> bool:
    """Whether a result costs by its length, so that the catalogue's estimate of a usual one says little."""
    return any(row.unit == _SECOND for row in model.prices)


def _pieces(row: Price, params: Params) -> int:
    """Providers make whole seconds."""
    return math.ceil(float(params.get("duration_s", 1))) if row.unit == _SECOND else 1


def _token_bound(
    rows: Sequence[Price], model: Model, operation: str, params: Params, inputs: Sequence[PlannedInput]
) -> MicroCredits:
    read, tries = _read_bound(rows, model, params, inputs), 1
    match operation:
        case "text_to_speech":
            written = math.ceil(_chars(model, params, inputs) * _TOKENS_PER_SPOKEN_CHAR)
            return read + _dearest(rows, _SPOKEN) * written // _PER_TOKEN + 1
        case "storyboard":
            written, tries = int(params.get("scenes", 4)) * _TOKENS_PER_SCENE + _THINKING_TOKENS, _TRIES_OF_A_SHAPE
            read += _dearest(rows, _INPUT) * written // _PER_TOKEN  # what did not fit is sent back
        case _:
            written = int(params.get("max_words", _WORDS)) * _TOKENS_PER_WORD + _THINKING_TOKENS
    return tries * (read + _dearest(rows, _OUTPUT) * written // _PER_TOKEN) + 1


def _read_bound(rows: Sequence[Price], model: Model, params: Params, inputs: Sequence[PlannedInput]) -> MicroCredits:
    texts = _texts(inputs)
    films = sum(len(one.sources) for one in inputs if one.port == "video")
    pictures = sum(len(one.sources) for one in inputs) - texts - films
    read = -(-_chars(model, params, inputs) // _CHARS_PER_TOKEN) + pictures * _PICTURE_TOKENS + films * _FILM_TOKENS
    return _dearest(rows, _INPUT) * read // _PER_TOKEN


def _texts(inputs: Sequence[PlannedInput]) -> int:
    return sum(len(one.sources) for one in inputs if one.port in {"prompt", "context", "text"})


def _chars(model: Model, params: Params, inputs: Sequence[PlannedInput]) -> int:
    """At most: what comes from other nodes is not known yet."""
    return min(sum(len(str(v)) for v in params.values()) + _texts(inputs) * MAX_TEXT, model.max_prompt_chars)


def _dearest(rows: Sequence[Price], unit: str) -> MicroCredits:
    return max((row.micro_credits for row in rows if row.unit == unit), default=0)


def _valid(row: Price, on: date) -> bool:
    return (row.valid_from or on) <= on <= (row.valid_until or on)


def _said(row: Price) -> str:
    condition = f" ({row.condition})" if row.condition else ""
    return f"price per {row.unit}{condition} as of {row.as_of}: {row.source}"
