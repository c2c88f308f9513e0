"""`groove doctor` in the terminal. `groove` finds it by entry point."""

import asyncio
import json
import logging
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path

from gateway.doctor.bus import bus
from gateway.doctor.findings import MARKS, Finding, looked
from gateway.doctor.services import services
from gateway.doctor.settings import DoctorSettings, settings_read
from gateway.doctor.stores import disk, faces, objects, postgres
from kit.settings import LOCAL_DATA, beside

WELL, ILL = 0, 1
"""Exit codes. A warning is not an illness."""
_PARTS = {"nats": bus, "postgres": postgres, "objects": objects, "faces": faces, "disk": disk, "services": services}


def main(*, data: Path | None = None, as_json: bool) -> int:
    """Where everything is, the environment says, as it does to the services; else what runs here."""
    logging.getLogger().addHandler(logging.NullHandler())  # what is worth saying is said below
    settings = beside(DoctorSettings, data or LOCAL_DATA)
    if data is not None:
        settings = settings.model_copy(update={"data": data})
    found = asyncio.run(examine(settings))
    sys.stdout.write(_as_json(found) if as_json else _as_text(found))
    return ILL if any(one.state == "wrong" for one in found) else WELL


async def examine(settings: DoctorSettings) -> list[Finding]:
    """Look at everything at once, and tell of it in order."""
    answers = await asyncio.gather(*(looked(part, partial(look, settings)) for part, look in _PARTS.items()))
    return [*settings_read(settings), *(one for answer in answers for one in answer)]


def _as_json(found: list[Finding]) -> str:
    well = not any(one.state == "wrong" for one in found)
    return json.dumps({"well": well, "findings": [asdict(one) for one in found]}, indent=2) + "\n"


def _as_text(found: list[Finding]) -> str:
    wide = max(len(one.part) for one in found)
    lines: list[str] = []
    for one in found:
        lines.append(f"{MARKS[one.state]} {one.part:{wide}}  {one.told}")
        if one.remedy:
            lines.append(f"  {'':{wide}}    {one.remedy}")
    wrong, doubtful = (sum(one.state == state for one in found) for state in ("wrong", "warning"))
    told = f"{wrong} wrong, {doubtful} to be looked at" if wrong or doubtful else "All is well"
    return "\n".join([*lines, "", f"{told}."]) + "\n"
