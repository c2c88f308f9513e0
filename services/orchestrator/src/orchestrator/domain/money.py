"""Amounts."""

from contracts.base import MicroCredits
from contracts.plan import PlannedNode

MICRO = 1_000_000


def highest(node: PlannedNode) -> MicroCredits:
    """Most that one attempt of it is thought to cost."""
    return node.estimate if node.high is None else node.high


def shown(amount: MicroCredits) -> str:
    """In credits, as exactly as needed."""
    whole, rest = divmod(abs(amount), MICRO)
    digits = f".{rest:06}".rstrip("0") if rest else ""
    return f"{'-' if amount < 0 else ''}{whole:,}{digits}"
