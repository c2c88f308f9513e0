"""Who makes a recipe, as its own facts tell it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from contracts.recipe import Abandoned, Made, Making, RecipeEvent, Voided, Waiting
from contracts.run import Origin
from orchestrator.domain.draft import Hit, Mine, Theirs


@dataclass(frozen=True)
class Recipe:
    maker: Origin | None = None
    """Who is at it, or who made it."""
    made: Made | None = None
    waiting: tuple[Origin, ...] = ()
    seq: int = 0


def fold(events: Iterable[tuple[int, RecipeEvent]]) -> Recipe:
    recipe = Recipe()
    for seq, event in events:
        recipe = replace(_after(recipe, event), seq=seq)
    return recipe


def _after(recipe: Recipe, event: RecipeEvent) -> Recipe:
    match event:
        case Making():
            return replace(recipe, maker=event.by, made=None)
        case Waiting():
            return replace(recipe, waiting=(*recipe.waiting, event.by))
        case Made():
            return replace(recipe, maker=event.by, made=event)
        case Abandoned() | Voided():
            return replace(recipe, maker=None, made=None)


def answer(recipe: Recipe, me: Origin) -> Mine | Hit | Theirs | None:
    """What a node may do. None: nobody is at it, so say `Making` first."""
    if recipe.made is not None:
        return Hit(recipe.made.outputs, recipe.made.by)
    if recipe.maker == me:
        return Mine()
    return None if recipe.maker is None else Theirs(recipe.maker)
