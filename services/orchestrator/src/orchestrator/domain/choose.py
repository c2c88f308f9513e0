"""Which model carries out a node, and what it means for the node's parameters."""

from collections.abc import Iterable, Sequence

from contracts.checks import model_flaws
from contracts.graph import Node
from contracts.models import Model, ModelBook, Params
from contracts.nodes import NodeType, Param
from contracts.problems import Flaw, Reason, Rejected, reject
from contracts.run import PlannedInput


def choose(node: Node, kind: NodeType, params: Params, preferred: Sequence[str], book: ModelBook) -> Model:
    """The model that the node names, else the one that is preferred, else the first that can.

    Raises:
        Rejected: there is none, it is not set up here, or it cannot do this.
    """
    provider, named = params.get("provider") or None, params.get("model") or None
    model = book.find(provider, named) if named else book.default(kind.name, provider, preferred)
    if model is None:
        raise _nobody(node, kind, provider, book)
    if model.provider not in book.enabled:
        raise reject(
            Reason.PROVIDER_NOT_CONFIGURED,
            _set_up(book, [model.provider]),
            "nodes",
            node.id,
            "params",
            "provider" if provider else "model",
        )
    if flaws := model_flaws(kind, params, model, "nodes", node.id, "params"):
        raise Rejected(*flaws)
    return model


def _nobody(node: Node, kind: NodeType, provider: str | None, book: ModelBook) -> Rejected:
    loc = ("nodes", node.id, "params", "provider")
    if provider:
        return reject(Reason.MODEL_CANNOT, f"{provider} has no model that does {kind.name}.", *loc)
    able = dict.fromkeys(model.provider for model in book.able(kind.name) if model.status == "active")
    if able:
        return reject(Reason.PROVIDER_NOT_CONFIGURED, _set_up(book, able), *loc)
    return reject(Reason.NOT_AVAILABLE, f"No model does {kind.title} in this release.", "nodes", node.id, "type")


def _set_up(book: ModelBook, names: Iterable[str]) -> str:
    said = []
    for name in names:
        provider = book.provider(name)
        needs = " or ".join(provider.needs) if provider else ""
        title = provider.title if provider else name
        said.append(f"{title} is not configured in this installation" + (f": set {needs}." if needs else "."))
    return " ".join(said)


def input_flaws(node: Node, model: Model, inputs: Sequence[PlannedInput]) -> list[Flaw]:
    """More connected than the model takes; a list may still turn out too long when it runs."""
    return [
        Flaw(
            reason=Reason.MODEL_CANNOT,
            message=f"{model.id} takes at most {most} {one.port} inputs; {len(one.sources)} are connected.",
            loc=("nodes", node.id, "inputs", one.port),
        )
        for one in inputs
        if (most := model.max_inputs.get(one.port)) is not None and len(one.sources) > most
    ]


def defaults(kind: NodeType, model: Model | None) -> Params:
    """What is meant where nothing was said: the node type's default, or the nearest that the model can do."""
    return {param.name: _default(param, model) for param in kind.params if param.default is not None}


def _default(param: Param, model: Model | None) -> str | float | bool | None:
    limit, value = model.limits.get(param.name) if model else None, param.default
    if limit is None:
        return value
    if limit.choices and value not in limit.choices:
        return limit.choices[0]
    if isinstance(value, str | bool) or value is None:
        return value
    low = value if limit.minimum is None else max(value, limit.minimum)
    return low if limit.maximum is None else min(low, limit.maximum)
