"""What can be drawn, by whom it is carried out, and what it costs."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from contracts.catalogue import NODE_TYPES
from contracts.models import ModelBook
from contracts.nodes import NodeType
from gateway.http import shapes
from gateway.http.asking import TheCaller, TheDesk, answer
from gateway.http.body import StrictRoute

router = APIRouter(tags=["catalogue"], route_class=StrictRoute)


@router.get("/api/node-types", response_model=shapes.Listed[shapes.NodeTypeShape])
async def node_types(desk: TheDesk) -> Response:
    """Every node type: its ports, the JSON Schema of its params, and who can do it at what price."""
    book = desk.book()
    return answer({"items": [_type(one, book) for one in NODE_TYPES.values()], "next_cursor": None})


def _type(node_type: NodeType, book: ModelBook) -> dict[str, Any]:
    shown = node_type.model_dump(mode="json", exclude={"params"})
    return shown | {
        "type": node_type.name,
        "params": node_type.params_schema(),
        "generative": node_type.generative,
        "models": [_model(model.model_dump(mode="json"), book) for model in book.able(node_type.name)],
    }


def _model(model: dict[str, Any], book: ModelBook) -> dict[str, Any]:
    return model | {"enabled": model["provider"] in book.enabled}


@router.get("/api/models", response_model=shapes.Listed[dict[str, Any]])
async def models(desk: TheDesk) -> Response:
    book = desk.book()
    return answer({"items": [_model(m.model_dump(mode="json"), book) for m in book.models], "next_cursor": None})


@router.get("/api/providers", response_model=shapes.Listed[shapes.ProviderShape])
async def providers(desk: TheDesk, caller: TheCaller) -> Response:
    """Who can do it here, and by which account of the caller: without one, by the installation's."""
    book = desk.book()
    accounts = await desk.accounts.list(caller.user_id) if desk.accounts.keys else []
    items = [
        provider.model_dump(mode="json")
        | {
            "enabled": provider.name in book.enabled,
            "account": next((a.name for a in accounts if a.provider == provider.name and a.is_default), None),
            "accounts": [account.name for account in accounts if account.provider == provider.name],
        }
        for provider in book.providers
    ]
    return answer({"items": items, "next_cursor": None})
