"""What a node is given: the values on its ports, and the parameters as they are sent."""

import zlib
from dataclasses import dataclass
from typing import Any

from contracts.failures import Failure, FailureKind
from contracts.run import PlannedInput, PlannedNode
from contracts.values import TextValue, Value
from orchestrator.domain.run_state import Run

MAX_BYTES = 256 * 1024
"""Of the texts that one node is given, as they travel: its task, or its result, must fit a message."""


@dataclass(frozen=True)
class Given:
    inputs: dict[str, tuple[Value, ...]]
    params: dict[str, Any]
    """With the text of the `prompt` port in front of the param."""


def gather(run: Run, node: PlannedNode) -> Given | Failure:
    """Collect the inputs of a node whose sources are all there."""
    inputs: dict[str, tuple[Value, ...]] = {}
    for port in node.inputs:
        values = _values(run, node, port)
        if isinstance(values, Failure):
            return values
        inputs[port.port] = values
    texts = [value.text.encode() for values in inputs.values() for value in values if isinstance(value, TextValue)]
    if sum(map(len, texts)) > MAX_BYTES and len(zlib.compress(b"".join(texts), 1)) > MAX_BYTES:
        return _failure(f"Its inputs come to {sum(map(len, texts)):,} bytes of text: too much for one step.")
    params = dict(node.params)
    words = inputs.get("prompt", ())
    if "prompt" in params and all(isinstance(word, TextValue) and word.sha256 is None for word in words):
        params["prompt"] = "\n\n".join(
            part for part in (*(w.text for w in words if isinstance(w, TextValue)), params["prompt"]) if part.strip()
        )
        inputs.pop("prompt", None)
    limit, length = node.max_prompt_chars, len(str(params.get("prompt", "")))
    if limit is not None and length > limit:
        return _failure(f"The prompt came to {length:,} characters; {node.model} takes at most {limit:,}.")
    return Given(inputs, params)


def _values(run: Run, node: PlannedNode, port: PlannedInput) -> tuple[Value, ...] | Failure:
    values = tuple(value for source in port.sources for value in run.steps[source.node_id].outputs.get(source.port, ()))
    if port.many:
        return values
    if node.pick >= len(values):
        count = f"only {len(values)} arrived" if values else "nothing arrived"
        return _failure(f"Input {port.port} should take element {node.pick} (counted from 0), but {count}.")
    return (values[node.pick],)


def _failure(message: str) -> Failure:
    return Failure(kind=FailureKind.INVALID_INPUT, message=message)
