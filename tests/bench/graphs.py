"""The workloads, as graphs: W1 chain, W2 fan out and in, W3 layers, W4 many short chains."""

from dataclasses import dataclass
from typing import Any

Dag = list[tuple[str, list[str]]]
"""Each node with what it takes its input from, in topological order."""


@dataclass(frozen=True)
class Workload:
    key: str
    title: str
    dag: Dag
    runs: int
    """At once."""
    depth: int

    @property
    def nodes(self) -> int:
        return len(self.dag) * self.runs


def chain(length: int) -> Dag:
    return [(f"n{i}", [f"n{i - 1}"] if i else []) for i in range(length)]


def fan(width: int) -> Dag:
    middle = [f"p{i}" for i in range(width)]
    return [("src", []), *((one, ["src"]) for one in middle), ("sink", middle)]


def layers(depth: int, width: int) -> Dag:
    return [
        (f"l{layer}_{i}", [f"l{layer - 1}_{i}", f"l{layer - 1}_{(i + 1) % width}"] if layer else [])
        for layer in range(depth)
        for i in range(width)
    ]


WORKLOADS = (
    Workload("w1", "chain of 50", chain(50), 1, 50),
    Workload("w2", "1 to 200 to 1", fan(200), 1, 3),
    Workload("w3", "10 layers of 20", layers(10, 20), 1, 10),
    Workload("w4", "50 chains of 10", chain(10), 50, 10),
)


def workflow(dag: Dag, node_type: str = "noop") -> dict[str, Any]:
    """As a client sends it."""
    edges = [
        {"id": f"e{n}", "source_node_id": source, "source_port": "text", "target_node_id": node, "target_port": "in"}
        for n, (source, node) in enumerate((source, node) for node, sources in dag for source in sources)
    ]
    kept = node_type == "noop_kept"  # no two alike, in no two runs: else they would wait for each other
    nodes = [
        {"id": node, "type": node_type, "params": {"text": f"{node} {{{{nonce}}}}"} if kept else {}} for node, _ in dag
    ]
    return {"name": f"bench of {len(dag)}", "nodes": nodes, "edges": edges}


def sinks(dag: Dag) -> list[str]:
    used = {source for _, sources in dag for source in sources}
    return [node for node, _ in dag if node not in used]
