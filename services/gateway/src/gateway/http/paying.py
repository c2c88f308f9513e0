"""Whether what is to be started may cost money, as far as the door can tell."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from contracts.catalogue import NODE_TYPES
from contracts.models import ModelBook
from contracts.run import ResumeRun, RunCommand, SettleNode, StartRun
from gateway.desk import Desk
from gateway.http.limiting import admit_paid
from gateway.views.sheet import Sheet

Node = tuple[str, Mapping[str, Any]]
"""Its type and its params."""


async def count_start(desk: Desk, user: str, command: StartRun, sheet: Sheet | None = None) -> None:
    """Raise the problem of one too many."""
    if desk.limiter.paid is None:
        return
    if sheet is not None:
        nodes = [(node["type"], node["params"]) for node in sheet.nodes.values()]
    elif command.inline is not None:
        nodes = [(node.type, node.params) for node in command.inline.nodes]
    else:  # a fork: of the graph that it comes to, the orchestrator knows
        nodes = []
    book = desk.book()
    if _any_paid(book) and (not nodes or may_cost(book, nodes, command.preferred_models)):
        await admit_paid(desk, user)


async def count_again(desk: Desk, user: str, command: RunCommand) -> None:
    """Of a run that goes on. Raise the problem of one too many."""
    again = isinstance(command, ResumeRun) or (isinstance(command, SettleNode) and command.action == "resubmit")
    if again and desk.limiter.paid is not None and _any_paid(desk.book()):
        await admit_paid(desk, user)


def may_cost(book: ModelBook, nodes: Iterable[Node], preferred: Sequence[str]) -> bool:
    """Whether one of them would be done by a model that is paid for, if it runs."""
    for type_, params in nodes:
        kind = NODE_TYPES.get(type_)
        if kind is None or not kind.generative:
            continue
        provider, named = params.get("provider") or None, params.get("model") or None
        model = book.find(provider, named) if named else book.default(kind.name, provider, preferred)
        if model is not None and model.paid and model.provider in book.enabled:
            return True
    return False


def _any_paid(book: ModelBook) -> bool:
    return any(model.paid and model.provider in book.enabled for model in book.models)
