"""The HTTP API as a stranger would use it: paths and JSON, nothing of ours."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx2

FINISHED = {"completed", "failed", "cancelled"}
LAST = {"execution_completed", "execution_failed", "execution_cancelled"}


@dataclass(frozen=True)
class StreamEvent:
    id: int | None
    name: str
    data: dict[str, Any]


class Api:
    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx2.Client(base_url=url, timeout=30, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.http.close()

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        answer = self.http.post(path, json={} if body is None else body, headers=headers)
        assert answer.is_success, f"{answer.status_code} {answer.text}"
        return answer.json()

    def get(self, path: str) -> Any:
        answer = self.http.get(path)
        assert answer.is_success, f"{answer.status_code} {answer.text}"
        return answer.json()

    def save(self, workflow: dict[str, Any]) -> dict[str, Any]:
        graph: dict[str, Any] = self.post("/api/graphs/import", workflow)
        return graph

    def start(self, graph: dict[str, Any], **body: Any) -> str:
        """Start a saved graph, or a workflow that is sent along, and give the execution's id."""
        which = {"graph_id": graph["id"]} if "version" in graph else {"graph": graph}
        execution: dict[str, Any] = self.post("/api/executions/", {**which, **body})
        return str(execution["id"])

    def execution(self, run: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/api/executions/{run}")
        return found

    def stream(self, run: str, after: int | None = None) -> Iterator[StreamEvent]:
        """Read the live stream until the server ends it. With `after`, resume behind that event."""
        headers = {} if after is None else {"Last-Event-ID": str(after)}
        with self.http.stream("GET", f"/api/executions/{run}/stream", headers=headers, timeout=60) as answer:
            assert answer.status_code == httpx2.codes.OK, answer.read()
            assert answer.headers["content-type"].startswith("text/event-stream")
            yield from parse(answer.iter_lines())

    def finish(self, run: str) -> dict[str, Any]:
        """Watch until it has ended, and give it as it is then."""
        for event in self.stream(run):
            if event.name in LAST:
                break
        done = self.execution(run)
        assert done["state"] in FINISHED
        return done

    def run(self, graph: dict[str, Any], **body: Any) -> dict[str, Any]:
        return self.finish(self.start(graph, **body))


def parse(lines: Iterator[str]) -> Iterator[StreamEvent]:
    fields: dict[str, str] = {}
    for line in lines:
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "data" in fields:
            number = fields.get("id")
            yield StreamEvent(int(number) if number else None, fields.get("event", ""), json.loads(fields["data"]))
            fields = {}


def node(id_: str, type_: str, **params: Any) -> dict[str, Any]:
    return {"id": id_, "type": type_, "params": params}


def edge(source: str, target: str) -> dict[str, Any]:
    """Join `node.port` to `node.port`."""
    (source_node, source_port), (target_node, target_port) = source.split("."), target.split(".")
    return {
        "source_node_id": source_node,
        "source_port": source_port,
        "target_node_id": target_node,
        "target_port": target_port,
    }


def workflow(*nodes: dict[str, Any], edges: tuple[dict[str, Any], ...] = (), name: str = "A test") -> dict[str, Any]:
    return {"name": name, "nodes": list(nodes), "edges": list(edges)}
