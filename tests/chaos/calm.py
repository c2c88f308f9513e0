"""The same graphs where nothing goes wrong: what they make there is what they must make anywhere."""

import asyncio
from typing import Any

from chaos.client import Client
from chaos.invariants import Told, dumped, essence
from chaos.jobs import Work
from support.api import FINISHED
from support.servers import unique

Made = dict[str, dict[str, list[Any]]]
"""By node and port: the digest of each picture, the text of each text."""
_AT_ONCE = 10


async def undisturbed(url: str, works: list[Work]) -> dict[str, Made]:
    """Play them in an installation that is left alone. It must have caches of its own: so each is made there, too."""
    client, salt, some = Client(url), unique(), asyncio.Semaphore(_AT_ONCE)

    async def play(work: Work) -> Made:
        async with some:
            run = await client.start(work.graph, f"{work.name}-{salt}")
            while (done := await client.execution(run))["state"] not in FINISHED:  # noqa: ASYNC110  a server
                await asyncio.sleep(0.05)
        assert done["state"] == "completed", done["nodes"]
        return {node: essence(view["outputs"]) for node, view in done["nodes"].items()}

    try:
        made = await asyncio.gather(*(play(work) for work in works))
    finally:
        await client.close()
    return {work.name: mine for work, mine in zip(works, made, strict=True)}


def of_the_outputs(told: Told, names: dict[str, str], calm: dict[str, Made]) -> list[str]:
    """Every node that ended well made what it makes undisturbed, and every node of a run that completed did."""
    wrong = []
    for run, name in names.items():
        fold = told.runs[run]
        for node, expected in calm[name].items():
            step = fold.steps[node]
            if step.state not in {"completed", "cached"}:
                continue  # others are judged by the state of their run
            if (made := essence(dumped(step.outputs))) != expected:
                wrong.append(f"{name} ({run}).{node}: made {made}, undisturbed {expected}")
    return wrong
