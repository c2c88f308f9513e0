"""Our own processes: alive, and ready or why not."""

import asyncio

import httpx2

from gateway.doctor.findings import Finding, well, wrong
from gateway.doctor.settings import DoctorSettings

_ANSWER_S = 5.0
_OK = 200
_HERE = {"host": "localhost"}
"""By any other name than its public one the gateway would not answer."""


async def services(settings: DoctorSettings) -> list[Finding]:
    async with httpx2.AsyncClient(timeout=_ANSWER_S, trust_env=False) as client:
        return list(await asyncio.gather(*(_ready(client, *one) for one in settings.services.items())))


async def _ready(client: httpx2.AsyncClient, name: str, url: str) -> Finding:
    try:
        answer = await client.get(f"{url.rstrip('/')}/ready", headers=_HERE)
        told = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        remedy = f"See whether {name} runs, and the last lines of its log. Exit code 78: settings; 69: what it needs."
        return wrong(name, f"{url} does not answer: {error or type(error).__name__}", remedy)
    ill = {part: why for part, why in told.get("checks", {}).items() if why != "ok"}
    if answer.status_code == _OK and not ill:
        paused = told.get("paused") or told.get("views", {}).get("paused") or []
        if not paused:
            return well(name, f"ready at {url}")
        remedy = "A later release wrote to these: upgrade. /ready lists them, docs/repair.md tells what to do."
        return wrong(name, f"ready, but {len(paused)} runs, graphs or assets are paused", remedy)
    why = "; ".join(f"{part}: {said}" for part, said in ill.items()) or f"it answers {answer.status_code}"
    return wrong(name, f"not ready: {why}"[:300], "What it names is looked at above; else see its log.")
