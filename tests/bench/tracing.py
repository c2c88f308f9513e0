"""What telemetry costs: three whole systems side by side, which take turns within one run.

`none` traces nothing, `on` is what an installation does unless it is told otherwise (traces, and nobody collects them),
`collected` records every span and sends it to a collector, which here is one more process of the same machine.
"""

import asyncio
import statistics
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

from bench.folds import row
from bench.graphs import WORKLOADS, Workload
from bench.hops import Client, Sample, quiet, system_turn
from bench.lab import Lab, lab, sink

LOADS = ("w2", "w4")
"""A fan, where most is done at once, and many chains."""
MOST_SLOWER = 1.05


async def tracing(running: Lab, client: Client, quick: bool) -> AsyncIterator[dict[str, Any]]:
    """The lab at hand is `on`."""
    loads = [load for load in WORKLOADS if load.key in LOADS]
    async with AsyncExitStack() as undo:
        systems = {"on": (running, client)}
        url = await sink(undo, running.data)
        for name, settings in (("none", {"GROOVE_TELEMETRY": "none"}), ("collected", {"GROOVE_OTLP_ENDPOINT": url})):
            home = running.data / name
            home.mkdir()
            other = await undo.enter_async_context(lab(home, floors=(), settings=settings))
            systems[name] = (other, await Client.open(other, undo))
        samples = await _turns(systems, loads, 6 if quick else 30, 0.0 if quick else 5.0)
    for load in loads:
        for name in ("on", "collected"):
            pairs = list(zip(samples[load.key, name], samples[load.key, "none"], strict=True))
            yield _row(load, name, "time", [mine.wall_s / none.wall_s for mine, none in pairs])
            yield _row(load, name, "CPU", [_cpu(mine) / _cpu(none) for mine, none in pairs])


async def _turns(
    systems: dict[str, tuple[Lab, Client]], loads: list[Workload], repeat: int, wait_s: float
) -> dict[tuple[str, str], list[Sample]]:
    """Forwards and backwards, so that none always comes after the same one. The first round is thrown away."""
    samples: dict[tuple[str, str], list[Sample]] = {}
    for round_ in range(-1, repeat):
        for load in loads:
            await quiet(wait_s)
            for name in sorted(systems, reverse=round_ % 2 == 0):
                sample = await system_turn(*systems[name], load)
                if round_ >= 0:
                    samples.setdefault((load.key, name), []).append(sample)
                await asyncio.sleep(0.1)  # what is still folded or sent belongs to nobody's turn
    return samples


def _cpu(sample: Sample) -> float:
    return sum(sample.cpu_s.values())


def _row(load: Workload, name: str, what: str, ratios: list[float]) -> dict[str, Any]:
    target = MOST_SLOWER if name == "on" and what == "time" else None
    middle, title = statistics.median(ratios), f"{load.key.upper()}, telemetry {name}: {what}, of none's"
    return row("tracing", title, middle, "times", under=target, spread=ratios)
