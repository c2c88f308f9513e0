"""A run as it is shown: folded from its events. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from groove import words
from groove.clock import moment_s
from groove.shapes import Event, Execution

DONE = frozenset({"completed", "cached", "inherited"})
OVER = DONE | {"failed", "in_doubt", "cancelled", "skipped"}


@dataclass(frozen=True)
class Name:
    """What a node is called, and what it is."""

    title: str
    type: str = ""


@dataclass
class Row:
    """One node."""

    node_id: str
    name: Name
    state: str = "waiting"
    attempt: int = 0
    progress: float = 0.0
    """0 to 1."""
    started_s: float | None = None
    """Seconds since 1970, as `ended_s`."""
    ended_s: float | None = None
    cost: int = 0
    note: str = ""
    trouble: str = ""
    retrying: bool = False

    def elapsed_s(self, now_s: float) -> float | None:
        if self.started_s is None:
            return None
        return max(0.0, (self.ended_s or now_s) - self.started_s)

    def take(self, event: Event) -> None:
        data, at = event.data, moment_s(event.at)
        self.attempt = data.get("attempt") or self.attempt
        match event.name:
            case "node_queued":
                self.state, self.progress, self.retrying, self.trouble, self.note = "queued", 0.0, False, "", ""
                self.started_s = self.ended_s = None
            case "node_started":
                self.state, self.started_s, self.ended_s = "running", at, None
            case "node_progress":
                self.progress = float(data.get("progress") or 0.0)
            case "node_retrying":
                self.state, self.retrying, self.trouble = "waiting", True, _message(data) or _unlike(data)
            case "node_completed" | "node_cached" | "node_inherited":
                self._done(event.name.removeprefix("node_"), data, at)
            case "node_failed" | "node_in_doubt" | "node_cancelled" | "node_skipped":
                self.state, self.ended_s, self.retrying = event.name.removeprefix("node_"), at, False
                self.trouble = _message(data)

    def _done(self, state: str, data: Mapping[str, Any], at: float | None) -> None:
        self.state, self.progress, self.retrying, self.trouble = state, 1.0, False, ""
        self.ended_s = at
        self.cost += int(data.get("cost") or 0)
        self.note = words.outputs(data.get("outputs") or {})


def _unlike(data: Mapping[str, Any]) -> str:
    """Why it is made again although it was made."""
    if data.get("reason") != "identity":
        return ""
    return f"not enough like its character: {words.outputs(data.get('outputs') or {})}"


@dataclass
class RunView:
    """Rows in the order of the plan; complete once the run is known."""

    run_id: str
    title: str = ""
    state: str = "pending"
    rows: dict[str, Row] = field(default_factory=dict)
    names: Mapping[str, Name] = field(default_factory=dict)
    started_s: float | None = None
    ended_s: float | None = None
    cost: int = 0
    trouble: str = ""
    culprit: str = ""
    """Id of the node that failed first."""

    def row(self, node_id: str) -> Row:
        if node_id not in self.rows:
            self.rows[node_id] = Row(node_id, self.names.get(node_id) or Name(node_id))
        return self.rows[node_id]

    def take(self, event: Event) -> None:
        if event.name.startswith("node_") and event.node_id:
            row = self.row(event.node_id)
            row.take(event)
            self._blame(row, event.data.get("because"))
            return
        at = moment_s(event.at)
        match event.name:
            case "execution_started":
                self.state, self.started_s = "running", at
                for node_id in event.data.get("nodes") or ():
                    self.row(str(node_id))
            case "execution_resumed":
                self.state, self.ended_s, self.trouble, self.culprit = "running", None, "", ""
                for row in self.rows.values():
                    if row.state not in DONE:
                        self.rows[row.node_id] = Row(row.node_id, row.name, attempt=row.attempt, cost=row.cost)
            case "execution_completed" | "execution_failed" | "execution_cancelled":
                self.state, self.ended_s = event.name.removeprefix("execution_"), at
                self.cost = int(event.data.get("cost") or 0)
                self.trouble, self.culprit = _message(event.data), event.data.get("node_id") or ""

    def settle(self, execution: Execution) -> None:
        """What the server finally says overrules what was put together from events."""
        self.state, self.cost = execution["state"], execution["cost"]
        self.trouble = _words_of(execution.get("error"))
        self.ended_s = moment_s(execution.get("completed_at")) or self.ended_s
        self.started_s = self.started_s or moment_s(execution["created_at"])
        for node_id, node in execution["nodes"].items():
            row = self.row(node_id)
            row.state, row.cost, row.attempt, row.retrying = node["state"], node["cost"], node["attempt"], False
            row.started_s = moment_s(node.get("started_at")) or row.started_s
            row.ended_s = moment_s(node.get("completed_at")) or row.ended_s
            row.note = words.outputs(node["outputs"]) or row.note
            row.trouble = _words_of(node.get("error")) if row.state not in DONE else ""
            self._blame(row, node.get("because"))

    def _blame(self, row: Row, because: str | None) -> None:
        if because:
            row.note = f"needs {self.row(because).name.title}"

    def count(self, *states: str) -> int:
        return sum(row.state in states for row in self.rows.values())

    def elapsed_s(self, now_s: float) -> float:
        return 0.0 if self.started_s is None else max(0.0, (self.ended_s or now_s) - self.started_s)


def begin(execution: Execution, names: Mapping[str, Name] | None = None, title: str = "") -> RunView:
    """All rows waiting: the stream tells the rest from the start."""
    known = {
        node_id: Name(node.get("title") or node_id, node.get("type") or "")
        for node_id, node in execution["nodes"].items()
        if node.get("title") or node.get("type")
    }
    view = RunView(execution["id"], title or execution.get("graph_name") or "", names={**known, **(names or {})})
    view.started_s = moment_s(execution["created_at"])
    for node_id in execution["nodes"]:
        view.row(node_id)
    return view


def names_of(workflow: Mapping[str, Any]) -> dict[str, Name]:
    """Of a workflow or a graph."""
    return {node["id"]: Name(node.get("title") or node["id"], node["type"]) for node in workflow["nodes"]}


def _message(data: Mapping[str, Any]) -> str:
    return _words_of(data.get("error"))


def _words_of(failure: Mapping[str, Any] | None) -> str:
    return words.one_line(str(failure.get("message") or "")) if failure else ""
