"""`groove models` and `groove faces`: weights for the face service, and its vectors. For the operator, beside it."""

from pathlib import Path
from typing import Annotated

import typer

from groove import commands
from groove.cli_options import JSON

models = typer.Typer(help="Weights that tell people apart.", no_args_is_help=True)
faces = typer.Typer(help="What is kept of characters' faces.", no_args_is_help=True)
DATA = Annotated[
    Path | None,
    typer.Option("--data", envvar="GROOVE_DATA", help="Where `groove up` keeps its data.", show_default=".groove"),
]


@models.command("add")
def add(
    directory: Annotated[Path, typer.Argument(help="With InsightFace's *.onnx files.", metavar="DIRECTORY")],
    name: Annotated[str | None, typer.Option(help="What to call them. Absent: as the directory.")] = None,
    data: DATA = None,
    as_json: JSON = False,
) -> None:
    """Check weights by loading them, say their licence, and take them into use when the face service starts next."""
    commands.operating.perform("models", as_json=as_json, directory=directory, called=name, data=data)


@models.command("list")
def list_models(data: DATA = None, as_json: JSON = False) -> None:
    """List the weights that were added; the star is at those in use."""
    commands.operating.perform("models", as_json=as_json, data=data)


@faces.command("rebuild")
def rebuild(data: DATA = None, as_json: JSON = False) -> None:
    """Make the vectors anew from the log. Without a Qdrant server, stop the face service first."""
    commands.operating.perform("faces", as_json=as_json, data=data)
