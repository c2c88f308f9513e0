"""One node, as it will run."""

from collections.abc import Iterable, Mapping, Sequence

from contracts.catalogue import JUDGED, NODE_TYPES
from contracts.checks import check_params, fill, variables_in
from contracts.graph import Node
from contracts.models import ModelBook, Params
from contracts.nodes import NodeType
from contracts.problems import Flaw, Reason, Rejected
from contracts.recipe import effective_seed
from contracts.run import PlannedInput, PlannedNode, StartRun
from orchestrator.domain.choose import choose, defaults, input_flaws
from orchestrator.domain.ops import tidied
from orchestrator.domain.pricing import by_second, priced

_OWN_FIELDS = frozenset({"provider", "model", "seed", "pick"})


def resolve(node: Node, inputs: Sequence[PlannedInput], start: StartRun, book: ModelBook) -> PlannedNode:
    """A node with its params, its model and its cost settled.

    Raises:
        Rejected: with every flaw of the node.
    """
    kind = _able(node)
    flaws: list[Flaw] = []
    params = _filled(node, kind, start.variables, flaws)
    flaws += check_params(kind, params, book, "nodes", node.id, "params")
    flaws += _missing(node, kind, params, inputs)
    model = None
    if kind.generative and not flaws:
        model = choose(node, kind, params, start.preferred_models, book)
        flaws += input_flaws(node, model, inputs)
    asset = start.assets.get(str(params.get("asset_id"))) if node.type == "asset" else None
    if node.type == "asset" and asset is None:
        flaws.append(_flaw(node, Reason.UNKNOWN_ASSET, "names an asset that is not there.", "params", "asset_id"))
    character = start.characters.get(str(params.get("character_id"))) if node.type == "character" else None
    if node.type == "character" and character is None:
        says = "names a character that is not there."
        flaws.append(_flaw(node, Reason.UNKNOWN_CHARACTER, says, "params", "character_id"))
    if flaws:
        raise Rejected(*flaws)
    params = tidied(kind, {**defaults(kind, model), **params})
    cost = priced(model, kind.name, params, inputs, book.day) if model and model.paid else None
    estimate = model.estimates.get(kind.name, 0) * params.get("count", 1) if model else 0
    if model and cost and by_second(model):
        estimate = cost.expected
    return PlannedNode(
        id=node.id,
        type=node.type,
        type_version=kind.version,
        title=node.title,
        params={name: value for name, value in params.items() if name not in _OWN_FIELDS},
        provider=model.provider if model else None,
        model=model.id if model else None,
        paid=model.paid if model else False,
        account=start.accounts.get(model.provider) if model else None,
        seed=effective_seed(params.get("seed", 0), node.variation),
        variation=node.variation,
        pick=params.get("pick", 0),
        inputs=tuple(inputs),
        queue=kind.queue,
        cacheable=kind.cacheable and kind.queue is not None,
        asset=asset,
        character=character,
        judged=kind.name in JUDGED and not start.unjudged and any(one.port == "character" for one in inputs),
        estimate=estimate,
        high=max(estimate, cost.high) if cost else None,
        max_prompt_chars=model.max_prompt_chars if model else None,
    )


def _able(node: Node) -> NodeType:
    kind = NODE_TYPES.get(node.type)
    if kind is None:
        raise Rejected(_flaw(node, Reason.UNKNOWN_NODE_TYPE, f"is of no known type ({node.type}).", "type"))
    if not kind.available:
        message = f"{called(node)} cannot run: {kind.title} is not available yet in this release."
        raise Rejected(Flaw(reason=Reason.NOT_AVAILABLE, message=message, loc=("nodes", node.id, "type")))
    return kind


def _filled(node: Node, kind: NodeType, variables: Mapping[str, str], flaws: list[Flaw]) -> Params:
    """The params with `{{variables}}` filled in wherever a person writes at length: texts and prompts."""
    params = dict(node.params)
    for param in kind.params:
        text = params.get(param.name)
        if not param.multiline or not isinstance(text, str):
            continue
        unknown = [name for name in variables_in(text) if name not in variables]
        for name in unknown:
            message = f"uses the variable {name!r}, which is not set."
            flaws.append(_flaw(node, Reason.UNKNOWN_VARIABLE, message, "params", param.name))
        if not unknown:
            params[param.name] = fill(text, dict(variables))
    return params


def _missing(node: Node, kind: NodeType, params: Params, inputs: Iterable[PlannedInput]) -> list[Flaw]:
    given = {one.port for one in inputs}
    flaws = [
        _flaw(node, Reason.MISSING_INPUT, f"needs something connected to its {port.name} input.", "inputs", port.name)
        for port in kind.inputs
        if not port.optional and port.name not in given
    ]
    if kind.prompted and "prompt" not in given and not str(params.get("prompt", "")).strip():
        message = "needs a prompt: write one, or connect one."
        flaws.append(_flaw(node, Reason.MISSING_INPUT, message, "params", "prompt"))
    return flaws


def called(node: Node) -> str:
    """As a person knows it."""
    return f"{node.title} ({node.id})" if node.title else node.id


def _flaw(node: Node, reason: Reason, says: str, *loc: str | int) -> Flaw:
    return Flaw(reason=reason, message=f"{called(node)} {says}", loc=("nodes", node.id, *loc))
