"""The rooms that a handler works with."""

from dataclasses import dataclass

from orchestrator.credits import Credits
from orchestrator.graphs import Graphs
from orchestrator.outside import Outside
from orchestrator.ports import World
from orchestrator.recipes import Recipes
from orchestrator.runs import Runs


@dataclass(frozen=True)
class Orchestra:
    world: World
    runs: Runs
    graphs: Graphs
    outside: Outside
    recipes: Recipes
    credits: Credits
