"""`python -m bench.report bench.jsonl`: the tables and the picture of docs/performance.md, from one run."""

import json
import sys
from collections.abc import Iterator
from math import log
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from bench.graphs import WORKLOADS

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, PICTURE = DOCS / "performance.md", DOCS / "images" / "performance.svg"
TARGETS = {"w1": 1.6, "w2": 3.5, "w3": 2.8, "w4": 3.0}
"""Times the floor."""
OTHERS: dict[str, tuple[float | None, ...]] = {
    "ComfyUI, in one process": (1.6, 7.9, 18.7, 3.1),
    "Restate, steps in a handler": (2.4, 3.9, 3.1, 3.8),
    "Restate, calls to workers": (6.1, 8.6, 9.6, 9.8),
    "Celery + Redis AOF": (2.3, 22, 52, 10),
    "n8n, in one process": (2.4, 8.0, 10.9, 23),
    "DBOS on Postgres": (3.3, 22, 18, 20),
    "Prefect": (26, 302, 214, None),
}
"""Times their floor, measured on another day; W1 to W4. See the page for sources and caveats."""
_BEGIN, _END = "<!-- {}: written by bench.report -->", "<!-- /{} -->"
_WIDE, _LEFT, _BAR, _GAP = 930, 210, 15, 30
_LOG_MOST = 60.0
Line = dict[str, Any]


def main() -> None:
    lines = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
    page = PAGE.read_text()
    for mark, table in (("hops", hops(lines)), ("rest", rest(lines)), ("machine", machine(lines))):
        page = _between(page, mark, table)
    PAGE.write_text(page)
    PICTURE.write_text(picture(lines))


def _between(page: str, mark: str, text: str) -> str:
    begin, end = _BEGIN.format(mark), _END.format(mark)
    head, found, tail = page.partition(begin)
    _, closed, rest_ = tail.partition(end)
    if not found or not closed:
        raise ValueError(f"{PAGE} has no place for {mark}")
    return f"{head}{begin}\n{text}\n{end}{rest_}"


def _hops(lines: list[Line]) -> Iterator[Line]:
    return (line for line in lines if line.get("summary") and "ms_per_node" in line)


def hops(lines: list[Line]) -> str:
    titles = {load.key: f"{load.key.upper()} {load.title}" for load in WORKLOADS}
    rows = ["| workload | | ms/node | range | x floor | target | CPU, ms/node |", "|---|---|--:|--:|--:|--:|---|"]
    for line in _hops(lines):
        ours = line["subject"] == "groove"
        times = "" if line["x_floor"] is None else f"{line['x_floor']:.2f}"
        target = f"≤ {TARGETS[line['bench']]:g} {_verdict(line['x_floor'], line['bench'])}" if ours else ""
        cpu = ", ".join(f"{role} {ms:.2f}" for role, ms in line["cpu_ms_per_node"].items() if ms >= 0.01)
        name = f"**{line['subject']}**" if ours else line["subject"]
        spread = f"{line['least']:.3f} to {line['most']:.3f}"
        cells = (titles[line["bench"]], name, f"{line['ms_per_node']:.3f}", spread, times, target, cpu)
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _verdict(times: float | None, load: str) -> str:
    return "met" if times is not None and times <= TARGETS[load] else "missed"


def rest(lines: list[Line]) -> str:
    rows = ["| | value | target | |", "|---|--:|--:|---|"]
    for line in lines:
        if "what" in line:
            verdict = "" if "target" not in line else "met" if line["met"] else "missed"
            value = f"{line['value']:,.0f}" if line["value"] >= 100 else f"{line['value']:.3g}"
            target = line.get("target", "").replace(">=", "≥")
            rows.append(f"| {line['what']} | {value} {line['unit']} | {target} | {verdict} |")
    return "\n".join(rows)


def machine(lines: list[Line]) -> str:
    told = next(line for line in lines if line["bench"] == "machine")
    size = "quick sizes" if told["quick"] else "full sizes"
    when = told["at"].partition("T")[0]
    return f"Measured {when}: {told['cores']} cores, {told['system']}, Python {told['python']}, {size}."


def picture(lines: list[Line]) -> str:
    """One group of bars for each workload, on a logarithmic scale: ours dark, the rest grey, the target a mark."""
    ours = {line["bench"]: line["x_floor"] for line in _hops(lines) if line["subject"] == "groove"}
    parts: list[str] = []
    y = 74
    for index, load in enumerate(WORKLOADS):
        if ours.get(load.key) is None:
            continue
        parts.append(_text(24, y - 8, f"{load.key.upper()}  {load.title}", "head"))
        bars = [("Pixel Groove", ours[load.key], True)]
        bars += [(name, times[index], False) for name, times in OTHERS.items() if times[index] is not None]
        top = y
        for name, times, us in sorted(bars, key=lambda bar: float(bar[1] or 0)):
            parts += _bar(y, name, float(times or 0), us=us)
            y += _BAR + 5
        at = _x(TARGETS[load.key])
        parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{top - 4}" y2="{y}" class="target"/>')
        y += _GAP
    return _frame(y, parts)


def _x(times: float) -> float:
    """Where so many times the floor lie; the floor itself is at the left."""
    return _LEFT + (_WIDE - _LEFT - 90) * min(1.0, log(max(times, 1.0)) / log(_LOG_MOST))


def _bar(y: int, name: str, times: float, *, us: bool) -> list[str]:
    kind = "us" if us else "them"
    wide = max(2.0, _x(times) - _LEFT)
    off = " →" if times > _LOG_MOST else ""
    return [
        _text(_LEFT - 10, y + 12, name, f"{kind} name"),
        f'<rect x="{_LEFT}" y="{y}" width="{wide:.1f}" height="{_BAR}" rx="3" class="{kind}"/>',
        _text(round(_LEFT + wide) + 7, y + 12, f"{times:.3g}x{off}", f"{kind} value"),
    ]


def _text(x: int, y: int, text: str, kind: str) -> str:
    return f'<text x="{x}" y="{y}" class="{kind}">{escape(text)}</text>'


_STYLE = """
svg{font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;background:#fff}
text{fill:#5b6270}.title{font-size:19px;font-weight:650;fill:#14161c}.head{font-weight:650;fill:#14161c}
.name{text-anchor:end}.us.name,.us.value{fill:#3a2fd0;font-weight:650}rect.us{fill:#5246e8}rect.them{fill:#c9ced8}
.target{stroke:#e0842a;stroke-width:2;stroke-dasharray:4 3}.note{font-size:12px}
"""


def _frame(high: int, parts: list[str]) -> str:
    title = _text(24, 34, "What one node costs, as a multiple of raw JetStream (logarithmic; less is better)", "title")
    notes = [
        _text(
            24,
            high,
            "Dashed: our target. Ours goes through the HTTP API and keeps every step; the floor does not.",
            "note",
        ),
        _text(24, high + 18, "The others were measured once against the same kind of floor, on another day.", "note"),
    ]
    body = "\n".join([title, *parts, *notes])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {high + 40}" width="{_WIDE}" role="img" '
        f'aria-label="Cost of one node on four workloads">\n<style>{_STYLE}</style>\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'
    )


if __name__ == "__main__":
    main()
