"""What a request names besides nodes: assets and characters. Asked for only where there are any."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from contracts.values import CharacterValue, MediaValue
from gateway.desk import Desk


@dataclass(frozen=True)
class Named:
    """Those that are there and may be seen, by id."""

    media: Mapping[str, MediaValue] = field(default_factory=dict)
    characters: Mapping[str, CharacterValue] = field(default_factory=dict)


async def named(desk: Desk, user: str, params_of: Iterable[Mapping[str, object]]) -> Named:
    """By the params of nodes."""
    all_ = list(params_of)
    return await by_id(desk, user, ids_in(all_, "asset_id"), ids_in(all_, "character_id"))


async def by_id(desk: Desk, user: str, assets: set[str], characters: set[str]) -> Named:
    return Named(await desk.assets.values(user, assets), await desk.cast.find.values(user, characters))


def ids_in(params_of: Iterable[Mapping[str, object]], name: str) -> set[str]:
    return {id_ for params in params_of if isinstance(id_ := params.get(name), str)}
