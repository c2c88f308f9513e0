"""Pixel Groove from Python: run graphs, watch them, fetch what they made.

    async with groove.Client() as client:
        run = await client.run(json.loads(Path("examples/main.json").read_text()))
        async for event in client.stream(run["id"]):
            print(event.name, event.node_id)
        done = await client.get(run["id"])

Names are imported when they are first used, so that the command starts at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from groove.client import Client
    from groove.problem import Flaw, GrooveError, Problem, Unreachable
    from groove.retry import Patience
    from groove.shapes import Edge, Event, Execution, Graph, Node, NodeRun, Value, Workflow

__all__ = [
    "Client",
    "Edge",
    "Event",
    "Execution",
    "Flaw",
    "Graph",
    "GrooveError",
    "Node",
    "NodeRun",
    "Patience",
    "Problem",
    "Unreachable",
    "Value",
    "Workflow",
]

_HOMES = {
    "client": ("Client",),
    "problem": ("Flaw", "GrooveError", "Problem", "Unreachable"),
    "retry": ("Patience",),
    "shapes": ("Edge", "Event", "Execution", "Graph", "Node", "NodeRun", "Value", "Workflow"),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"groove.{home}"), name)
    raise AttributeError(f"module 'groove' has no attribute {name!r}")
