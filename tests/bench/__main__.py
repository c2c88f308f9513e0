"""`python -m bench`: measures, prints a table, and keeps every line of it."""

import argparse
import asyncio
import os
import platform
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from bench.asking import edits, memory, million
from bench.crowd import sse
from bench.fairness import fairness
from bench.folds import fold, rebuild, replay
from bench.graphs import WORKLOADS
from bench.hops import Client, chosen, summary, turns
from bench.lab import Lab, lab, words
from bench.tracing import tracing
from contracts import bench as noop
from kit.clock import utc_now

Bench = Callable[[Lab, Client, bool], AsyncIterator[dict[str, Any]]]
HOPS = tuple(load.key for load in WORKLOADS)
BENCHES: dict[str, Bench] = {
    "memory": memory,
    "edits": edits,
    "fold": fold,
    "replay": replay,
    "fairness": fairness,
    "sse": sse,
    "tracing": tracing,
    "rebuild": rebuild,
    "million": million,
}
"""In this order: memory before anything is asked, and the million last."""


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="What the engine costs, beside the floor.")
    parser.add_argument("--only", default="", help=f"names, joined by commas: {', '.join((*HOPS, *BENCHES))}")
    parser.add_argument("--quick", action="store_true", help="under a minute: fewer turns, smaller numbers")
    parser.add_argument("--repeat", type=int, default=0, help="turns of each workload; 0: 9, quick 3")
    parser.add_argument("--out", type=Path, help="a file for the JSON lines")
    parser.add_argument("--profile", default="", help="sample:DIR or calls:DIR: profile every process into a directory")
    args = parser.parse_args()
    args.only = {name for name in args.only.split(",") if name} or {*HOPS, *BENCHES}
    unknown = args.only - {*HOPS, *BENCHES}
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are: {', '.join((*HOPS, *BENCHES))}")
    return args


async def measured(args: argparse.Namespace) -> list[dict[str, Any]]:
    floors: tuple[str, ...] = () if args.profile else ("floor",) if args.quick else ("floor", "floor uvloop")
    lines: list[dict[str, Any]] = [_machine(args)]
    with tempfile.TemporaryDirectory(prefix="groove-bench-") as data:
        async with lab(Path(data), floors=floors, profile=args.profile) as running, AsyncExitStack() as undo:
            client = await Client.open(running, undo)
            names = [name for name in BENCHES if name in args.only]
            if "memory" in names:
                lines += [line async for line in memory(running, client, args.quick)]
                names.remove("memory")
            loads = chosen(args.only)
            if loads:
                repeat, wait_s = args.repeat or (3 if args.quick else 9), 0.0 if args.quick else 10.0
                samples = await turns(running, client, loads, repeat, cacheable=not args.quick, wait_s=wait_s)
                lines += [*(sample.line() for sample in samples), *summary(samples)]
            for name in names:
                print(f"{name} ...", file=sys.stderr, flush=True)
                lines += [line async for line in BENCHES[name](running, client, args.quick)]
    return lines


def _machine(args: argparse.Namespace) -> dict[str, Any]:
    return {
        "bench": "machine",
        "at": utc_now().isoformat(timespec="seconds"),
        "quick": args.quick,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def table(lines: list[dict[str, Any]]) -> str:
    rows = ["", f"{'':4}{'':18}{'ms/node':>9}{'least':>9}{'most':>9}{'x floor':>9}   CPU ms/node"]
    for line in lines:
        if line.get("summary") and "ms_per_node" in line:
            cpu = "  ".join(f"{role} {ms:.2f}" for role, ms in line["cpu_ms_per_node"].items() if ms >= 0.005)
            times = "" if line["x_floor"] is None else f"{line['x_floor']:.2f}"
            rows.append(
                f"{line['bench']:4}{line['subject']:18}{line['ms_per_node']:9.3f}{line['least']:9.3f}"
                f"{line['most']:9.3f}{times:>9}   {cpu}"
            )
    rows += ["", f"{'':9}{'':44}{'value':>12} {'':9} target"]
    for line in lines:
        if "what" in line:
            target = "" if "target" not in line else f"{line['target']}  {'met' if line['met'] else 'MISSED'}"
            digits = 2 if line["unit"] == "times" else 1
            rows.append(f"{line['bench']:9}{line['what']:44}{line['value']:12,.{digits}f} {line['unit']:9} {target}")
    return "\n".join(rows)


def main() -> None:
    args = parsed()
    noop.register(wanted=True)
    lines = asyncio.run(measured(args))
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text("".join(f"{words(line)}\n" for line in lines))
    sys.stdout.write(f"{table(lines)}\n")


if __name__ == "__main__":
    main()
