"""How fast history is read: one run into memory, facts through the deciders' fold, the whole log into new views."""

import statistics
import time
from collections.abc import AsyncIterator
from typing import Any

from bench.graphs import chain, layers
from bench.hops import Client
from bench.lab import Lab
from bench.past import PROJECT, Template, template
from contracts.base import RunId
from contracts.envelope import ReportLetter, RunDecision, unseal
from gateway.rebuild import work as rebuilding
from kit.ids import new_id
from kit.log_jetstream import JetStreamLog
from kit.nats import Connection, connect
from orchestrator.domain.evolve import apply
from orchestrator.domain.hearing import hear
from orchestrator.domain.run_state import Run
from orchestrator.items import RunKey
from orchestrator.main import compose
from orchestrator.settings import Settings

SHAPES = (("chain of 1,000", chain(1_000)), ("20 layers of 50", layers(20, 50)))
_TURNS = 7


async def store(log: JetStreamLog, lab: Lab, of: Template) -> str:
    """Append a run to the log and give its id."""
    run = new_id()
    for subject, body in of.subjects(lab.subjects, run):
        await log.append(subject, body, expected=None, event_id=new_id())
    return run


async def load_ms(nc: Connection, lab: Lab, run: str) -> list[float]:
    """Milliseconds to bring a run that is not in memory there, by an orchestrator's own means."""
    taken = []
    for _ in range(_TURNS):
        settings = Settings(nats_url=lab.stack.addresses.nats_url, prefix=lab.subjects.prefix)
        runs = compose(nc, settings).runs
        begun = time.perf_counter()
        held = await runs.load(RunKey(PROJECT, RunId(run)))
        taken.append((time.perf_counter() - begun) * 1e3)
        assert held.run.state == "completed"
    return taken


async def fold(lab: Lab, _client: Client, _quick: bool) -> AsyncIterator[dict[str, Any]]:
    nc = await connect(lab.stack.addresses.nats_url, "bench")
    try:
        log = JetStreamLog(nc, lab.subjects.log)
        for shape, dag in SHAPES:
            made = template(dag)
            taken = await load_ms(nc, lab, await store(log, lab, made))
            yield row("fold", f"load a run: {shape}", statistics.median(taken), "ms", under=150, spread=taken) | {
                "messages": len(made.messages)
            }
    finally:
        await nc.close()


async def replay(_lab: Lab, _client: Client, _quick: bool) -> AsyncIterator[dict[str, Any]]:
    """The pure fold, from bytes in memory to state: decisions and reports."""
    for shape, dag in SHAPES:
        made = template(dag)
        events = made.facts + sum(message.node is not None for message in made.messages)
        rates = []
        for _ in range(_TURNS):
            begun = time.perf_counter()
            run = Run()
            for seq, message in enumerate(made.messages, 1):
                if message.node is None:
                    apply(run, unseal(RunDecision, message.body), seq)
                else:
                    hear(run, message.node, unseal(ReportLetter, message.body).report)
            rates.append(events / (time.perf_counter() - begun))
            assert run.state == "completed"
        yield row("replay", f"fold: {shape}", statistics.median(rates), "events/s", over=20_000, spread=rates)


async def rebuild(lab: Lab, _client: Client, quick: bool) -> AsyncIterator[dict[str, Any]]:
    """All that has been recorded by now into a new schema, and compared with what serves."""
    nc = await connect(lab.stack.addresses.nats_url, "bench")
    try:
        log = JetStreamLog(nc, lab.subjects.log)
        made = template(layers(10, 20))
        for _ in range(2 if quick else 40):
            await store(log, lab, made)
        done = await rebuilding.check(lab.stack.addresses.postgres_url, log, lab.subjects)
        rate = done.rate.events_per_s
        yield row("rebuild", "log into new views", rate, "events/s", over=20_000) | {"events": done.rate.events}
    finally:
        await nc.close()


def row(  # noqa: PLR0913  a line has that many parts, named where it is made
    bench: str,
    what: str,
    value: float,
    unit: str,
    *,
    under: float | None = None,
    over: float | None = None,
    spread: list[float] | None = None,
) -> dict[str, Any]:
    """One measured number, its target if there is one, and whether it was met."""
    line: dict[str, Any] = {"bench": bench, "what": what, "value": round(value, 3), "unit": unit, "summary": True}
    if spread:
        line |= {"least": round(min(spread), 3), "most": round(max(spread), 3)}
    if under is not None:
        line |= {"target": f"< {under:,g}", "met": value < under}
    if over is not None:
        line |= {"target": f">= {over:,g}", "met": value >= over}
    return line
