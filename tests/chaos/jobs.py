"""Graphs of every kind, drawn from a seed, and when each is started."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from support.api import edge, node, workflow
from walks.paid import EYE, PAINTER, WRITER, paid_chain, two_branches

Graph = dict[str, Any]


@dataclass(frozen=True)
class Work:
    name: str
    at_s: float
    graph: Graph
    cancel_after_s: float | None = None
    """It is cancelled then, and resumed."""


def fan_out(word: str) -> Graph:
    several = [f"paint{n}" for n in range(5)]
    return workflow(
        node("words", "text", text=f"five mills {word}"),
        *(node(name, "text_to_image", prompt=f"{name} {word}", **PAINTER) for name in several),
        *(node(f"look-{name}", "image_to_text", **EYE) for name in several),
        node("all", "output"),
        edges=(
            *(edge("words.text", f"{name}.prompt") for name in several),
            *(edge(f"{name}.image", f"look-{name}.image") for name in several),
            *(edge(f"look-{name}.text", "all.value") for name in several),
        ),
    )


def local(word: str) -> Graph:
    return workflow(
        node("words", "text", text=f"a harbour at dusk {word}"),
        node("better", "prompt_enhance"),
        node("paint", "text_to_image", resolution="512"),
        node("look", "image_to_text"),
        edges=(
            edge("words.text", "better.prompt"),
            edge("better.text", "paint.prompt"),
            edge("paint.image", "look.image"),
        ),
    )


def twins(word: str) -> Graph:
    """The same recipe twice in one run."""
    return workflow(
        node("one", "text_to_text", prompt=f"a song {word}", **WRITER),
        node("other", "text_to_text", prompt=f"a song {word}", **WRITER),
        node("all", "output"),
        edges=(edge("one.text", "all.value"), edge("other.text", "all.value")),
    )


KINDS: dict[str, Callable[[str], Graph]] = {
    "chain": paid_chain,
    "branches": two_branches,
    "fan-out": fan_out,
    "local": local,
    "twins": twins,
    "shared": paid_chain,
}
"""`shared`: all of them are one graph, so that each of its nodes is made once for all."""


def jobs(seed: int, seconds: float, runs: int, *, cancelling: float = 0.15) -> list[Work]:
    chance = Random(f"jobs {seed}")
    found = []
    for n in range(runs):
        kind = list(KINDS)[n % len(KINDS)]
        cancel = chance.uniform(0.1, 4.0) if chance.random() < cancelling and kind != "shared" else None
        word = f"shared{seed}" if kind == "shared" else f"w{seed}n{n}"
        found.append(Work(f"{kind}-{n}", chance.uniform(0, seconds * 0.8), KINDS[kind](word), cancel))
    return sorted(found, key=lambda work: work.at_s)


@dataclass(frozen=True)
class Fault:
    """Something that the vendor does to the next request. See `providers.fakes.paid`."""

    at_s: float
    kind: str
    how: dict[str, float]

    def __str__(self) -> str:
        return f"{self.at_s:6.2f} s  the vendor: {self.kind} {self.how or ''}"


def faults(seed: int, seconds: float, every_s: float = 3.0) -> list[Fault]:
    chance = Random(f"faults {seed}")
    ways: list[tuple[str, dict[str, float]]] = [
        ("cut", {}),
        ("lost", {}),
        ("malformed", {}),
        ("transient", {}),
        ("capacity", {"retry_after_s": 0.5}),
        ("rate_limited", {"retry_after_s": 1.0}),
        ("slow", {"seconds": 2.0}),
    ]
    return [Fault(chance.uniform(0, seconds), *chance.choice(ways)) for _ in range(round(seconds / every_s))]
