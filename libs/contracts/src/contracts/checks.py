"""What may be written into a node: the same check when it is drawn and when it runs."""

import re

from contracts.models import Model, ModelBook, Params
from contracts.nodes import NodeType
from contracts.problems import Flaw, Reason

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]{0,63})\s*\}\}")


def variables_in(text: str) -> list[str]:
    """Names of the `{{variables}}` in a text, in order, once each."""
    return list(dict.fromkeys(_VARIABLE.findall(text)))


def fill(text: str, variables: dict[str, str]) -> str:
    """Fill in every `{{variable}}`. A text that is filled in is not looked at again.

    Raises:
        KeyError: a variable is not set; its argument is the name.
    """
    return _VARIABLE.sub(lambda match: variables[match[1]], text)


def check_params(node_type: NodeType, params: Params, book: ModelBook, *loc: str | int) -> list[Flaw]:
    """Everything that is wrong with a node's parameters, each by name."""
    flaws: list[Flaw] = []
    for name, value in params.items():
        param = node_type.param(name)
        if param is None:
            known = ", ".join(p.name for p in node_type.params) or "none"
            message = f"{node_type.name} has no parameter {name!r}. It takes: {known}."
            flaws.append(Flaw(reason=Reason.UNKNOWN_PARAM, message=message, loc=(*loc, name)))
        elif reason := param.flaw(value):
            flaws.append(Flaw(reason=Reason.INVALID_PARAM, message=f"{name} {reason}.", loc=(*loc, name)))
    flaws += [
        Flaw(reason=Reason.INVALID_PARAM, message=f"{param.name} is required.", loc=(*loc, param.name))
        for param in node_type.params
        if param.required and param.name not in params
    ]
    if not flaws and node_type.generative:
        flaws += check_model(node_type, params, book, *loc)
    return flaws


def check_model(node_type: NodeType, params: Params, book: ModelBook, *loc: str | int) -> list[Flaw]:
    """Whether the provider and model a node names exist, live, and can do it with these parameters."""
    provider, model_id = params.get("provider") or None, params.get("model") or None
    if provider and not book.provider(provider):
        names = ", ".join(p.name for p in book.providers)
        message = f"There is no provider {provider!r}. There are: {names}."
        return [Flaw(reason=Reason.UNKNOWN_PROVIDER, message=message, loc=(*loc, "provider"))]
    if not model_id:
        return []
    model = book.find(provider, model_id)
    if model is None:
        able = ", ".join(m.id for m in book.able(node_type.name) if m.status == "active") or "none yet"
        message = f"There is no model {model_id!r}. For {node_type.name} there are: {able}."
        return [Flaw(reason=Reason.UNKNOWN_MODEL, message=message, loc=(*loc, "model"))]
    return model_flaws(node_type, params, model, *loc)


def model_flaws(node_type: NodeType, params: Params, model: Model, *loc: str | int) -> list[Flaw]:
    if model.status == "retired":
        when = f" on {model.retired_on.isoformat()}" if model.retired_on else ""
        instead = f" Use {model.replaced_by} instead." if model.replaced_by else ""
        message = f"{model.id} was retired{when} by its provider.{instead}"
        return [Flaw(reason=Reason.MODEL_RETIRED, message=message, loc=(*loc, "model"))]
    if node_type.name not in model.operations:
        message = f"{model.id} cannot do {node_type.name}. It does: {', '.join(model.operations)}."
        return [Flaw(reason=Reason.MODEL_CANNOT, message=message, loc=(*loc, "model"))]
    flaws = []
    for name, limit in model.limits.items():
        param = node_type.param(name)
        if param is None or name not in params:
            continue
        narrow = param.model_copy(
            update={
                "choices": limit.choices or param.choices,
                "minimum": param.minimum if limit.minimum is None else limit.minimum,
                "maximum": param.maximum if limit.maximum is None else limit.maximum,
            }
        )
        if reason := narrow.flaw(params[name]):
            message = f"{name} {reason} (a limit of {model.id})."
            flaws.append(Flaw(reason=Reason.INVALID_PARAM, message=message, loc=(*loc, name)))
    if len(str(params.get("prompt", ""))) > model.max_prompt_chars:
        flaws.append(prompt_too_long(model, len(params["prompt"]), *loc))
    return flaws


def prompt_too_long(model: Model, length: int, *loc: str | int) -> Flaw:
    message = f"The prompt has {length:,} characters; {model.id} takes at most {model.max_prompt_chars:,}."
    return Flaw(reason=Reason.PROMPT_TOO_LONG, message=message, loc=(*loc, "prompt"))
