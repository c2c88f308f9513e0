"""The cache: who is making, or has made, the thing that a recipe describes."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from contracts.base import Fact
from contracts.run import Origin, PlannedNode
from contracts.values import Outputs, Value


class Making(Fact):
    """This run makes it; others wait."""

    type: Literal["Making"] = "Making"
    by: Origin


class Waiting(Fact):
    """This run wants it too, and is to be woken."""

    type: Literal["Waiting"] = "Waiting"
    by: Origin


class Made(Fact):
    type: Literal["Made"] = "Made"
    by: Origin
    outputs: Outputs


class Abandoned(Fact):
    """The maker failed or was cancelled: whoever waits may make it."""

    type: Literal["Abandoned"] = "Abandoned"
    by: Origin


class Voided(Fact):
    """An output was deleted: it must be made again."""

    type: Literal["Voided"] = "Voided"


RecipeEvent = Annotated[Making | Waiting | Made | Abandoned | Voided, Field(discriminator="type")]


def recipe(node: PlannedNode, params: Mapping[str, object], inputs: Mapping[str, Sequence[Value]]) -> str:
    """The sha256 of everything that decides what a node makes.

    Args:
        node: as planned.
        params: as they are sent, prompt joined.
        inputs: by port, as picked.
    """
    content = {
        "type": node.type,
        "type_version": node.type_version,
        "provider": node.provider,
        "model": node.model,
        "seed": node.seed,
        "variation": node.variation,
        "params": dict(params),
        "inputs": {port: [value.digest for value in values] for port, values in inputs.items() if values},
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def effective_seed(seed: int, variation: int) -> int:
    """0 to 2**31 - 1. Variation 0 keeps the seed that was asked for."""
    if variation == 0:
        return seed
    digest = hashlib.sha256(f"{seed}:{variation}".encode()).digest()
    return int.from_bytes(digest[:4], "big") & 0x7FFF_FFFF
