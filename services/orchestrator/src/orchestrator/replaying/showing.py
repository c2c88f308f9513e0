"""The story of a run on a terminal, all at once or step by step, or as JSON."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from orchestrator.domain.run_state import Run
from orchestrator.replaying.telling import Told
from orchestrator.replaying.timeline import Line, at, moments

_CREDIT = 1_000_000
_ARROWS = {"\x1b[C": "n", "\x1b[B": "n", "\x1b[D": "p", "\x1b[A": "p", " ": "n", "\r": "n", "\n": "n"}
_MARKS = {"asked": ">", "decided": "*", "reported": "<"}


class Screen:
    def __init__(self, told: list[Told], *, as_json: bool) -> None:
        self._told = told
        self._json = as_json

    def show(self, place: int | None) -> None:
        """The history up to a place, and the state there."""
        run, lines = at(self._told, place)
        if self._json:
            _say(json.dumps(_document(run, lines), indent=2, ensure_ascii=False))
            return
        for line in lines:
            _say(_drawn(line))
        _say("")
        _say(state_table(run))

    def step(self, place: int | None) -> None:
        """One by one: with keys on a terminal, else all of them in order."""
        lines = moments(self._told)
        start = 0
        if place is not None:
            start = max(len(at(self._told, place)[1]) - 1, 0)
        if self._json or not (sys.stdin.isatty() and sys.stdout.isatty()):
            for line in lines[start:]:
                self._one(line)
            return
        _browse(lines, start, self._one)

    def _one(self, line: Line) -> None:
        run, _ = at(self._told, line.position)
        if self._json:
            _say(json.dumps(_document(run, [line]), ensure_ascii=False))
            return
        _say(_drawn(line))
        _say(state_table(run) + "\n")


def _browse(lines: list[Line], here: int, show: Callable[[Line], None]) -> None:
    with _keys() as pressed:
        while True:
            sys.stdout.write("\x1b[2J\x1b[H")
            show(lines[here])
            _say(f"{here + 1} of {len(lines)}   n or right: next   p or left: before   g, G: first, last   q: leave")
            match pressed():
                case "n":
                    here = min(here + 1, len(lines) - 1)
                case "p":
                    here = max(here - 1, 0)
                case "g":
                    here = 0
                case "G":
                    here = len(lines) - 1
                case "q" | "\x04" | "":
                    return


@contextmanager
def _keys() -> Iterator[Callable[[], str]]:
    """Keys as they are pressed; those pressed early are kept."""
    import termios  # noqa: PLC0415  with the next: only a terminal needs them, and not every system has them
    import tty  # noqa: PLC0415

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)

    def pressed() -> str:
        key = os.read(terminal, 1).decode(errors="ignore")
        if key == "\x1b":
            key += os.read(terminal, 2).decode(errors="ignore")
        return _ARROWS.get(key, key)

    try:
        tty.setcbreak(terminal, termios.TCSANOW)
        yield pressed
    except KeyboardInterrupt:
        return
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def state_table(run: Run) -> str:
    """A row per node."""
    rows = [("node", "state", "attempt", "cost", "note")]
    for node_id, step in run.steps.items():
        note = f"{step.failure.kind.value}: {step.failure.message}" if step.failure else ""
        if step.maker is not None:
            note = f"waits for {step.maker.run_id} {step.maker.node_id}"
        rows.append((node_id, step.state, str(step.attempt or ""), _cost(step.cost), note))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    table = ["  ".join([*(row[i].ljust(widths[i]) for i in range(4)), row[4]]).rstrip() for row in rows]
    state = "refused" if run.refused else run.state
    return "\n".join([f"run {run.id or '(not begun)'}: {state}, {_cost(run.spent) or '0'} credits", *table])


def _drawn(line: Line) -> str:
    cost = f"  [{_cost(line.cost)} credits]" if line.cost else ""
    when = f"{line.at:%H:%M:%S.%f}"[:-3]
    what = f"{_MARKS[line.source]} {line.what:<18} {line.node:<14}"
    return f"{line.position:>12}  {when}  {what} {line.detail}{cost}".rstrip()


def _cost(micro: int) -> str:
    return f"{micro / _CREDIT:g}" if micro else ""


def _document(run: Run, lines: list[Line]) -> dict[str, Any]:
    nodes = {
        node_id: {
            "state": step.state,
            "attempt": step.attempt,
            "cost": step.cost,
            "error": step.failure.model_dump(mode="json") if step.failure else None,
        }
        for node_id, step in run.steps.items()
    }
    return {
        "run": run.id,
        "state": "refused" if run.refused else run.state,
        "cost": run.spent,
        "nodes": nodes,
        "events": [
            {
                "position": line.position,
                "at": line.at.isoformat(),
                "source": line.source,
                "type": line.what,
                "node_id": line.node or None,
                "detail": line.detail,
                "cost": line.cost,
            }
            for line in lines
        ],
    }


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
