"""`python -m bench`: measures, prints a table, and keeps every line of it."""

import argparse
import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from bench.hops import Client, chosen, summary, turns
from bench.lab import lab, words

HOPS = ("w1", "w2", "w3", "w4")


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="What the engine costs, beside the floor.")
    parser.add_argument("--only", default="", help=f"names, joined by commas: {', '.join(HOPS)}")
    parser.add_argument("--quick", action="store_true", help="under a minute")
    parser.add_argument("--repeat", type=int, default=0, help="turns of each workload; 0: 7, quick 3")
    parser.add_argument("--out", type=Path, help="a file for the JSON lines")
    parser.add_argument("--profile", default="", help="sample:DIR or calls:DIR: profile every process into a directory")
    return parser.parse_args()


async def measured(args: argparse.Namespace) -> list[dict[str, Any]]:
    only = {name for name in args.only.split(",") if name}
    floors = ("floor",) if args.quick or args.profile else ("floor", "floor uvloop")
    with tempfile.TemporaryDirectory(prefix="groove-bench-") as data:
        async with lab(Path(data), floors=floors, profile=args.profile) as running, AsyncExitStack() as undo:
            client = await Client.open(running, undo)
            repeat = args.repeat or (3 if args.quick else 7)
            wait_s = 0.0 if args.quick else 10.0
            samples = await turns(running, client, chosen(only), repeat, cacheable=not args.quick, wait_s=wait_s)
    lines = [sample.line() for sample in samples]
    lines += summary(samples)
    return lines


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
    return "\n".join(rows)


def main() -> None:
    args = parsed()
    lines = asyncio.run(measured(args))
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text("".join(f"{words(line)}\n" for line in lines))
    sys.stdout.write(f"{table(lines)}\n")


if __name__ == "__main__":
    main()
