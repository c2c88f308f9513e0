"""Node types with no work in them: what is left when they run is what the engine costs. Only with `GROOVE_BENCH=1`."""

from contracts.catalogue import NODE_TYPES
from contracts.nodes import InputPort, NodeType, OutputPort, Param, PortType

_TEXT = Param(name="text", kind="string", default="", max_length=16_000, multiline=True)
_SHAPE = {
    "category": "text",
    "inputs": (InputPort(name="in", type=PortType.ANY, many=True, optional=True),),
    "outputs": (OutputPort(name="text", type=PortType.TEXT),),
    "params": (_TEXT,),
    "queue": "noop",
}
NOOP = NodeType(
    name="noop", title="Nothing", help="Does nothing, and is done each time it is asked for.", cacheable=False, **_SHAPE
)
NOOP_KEPT = NodeType(
    name="noop_kept", title="Nothing, kept", help="Does nothing, once: its result goes into the cache.", **_SHAPE
)


def register(*, wanted: bool) -> None:
    """Make them node types like any other, in this process. Called by main.py before anything is served."""
    if wanted:
        NODE_TYPES.update({one.name: one for one in (NOOP, NOOP_KEPT)})
