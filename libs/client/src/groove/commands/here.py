"""`groove up`, `groove demo` and `groove version`: what needs no server to be there already."""

import json
from importlib.metadata import version as installed_version
from pathlib import Path

import typer

NEEDS_ALL = (
    "This command starts the whole of Pixel Groove, which is not installed here. Get the repository and use `make"
)


def up(port: int, data: Path) -> None:
    try:
        from groove_local.up import run_up  # noqa: PLC0415  only a whole checkout has it
    except ModuleNotFoundError as error:
        raise _not_here(error, "up") from error
    raise typer.Exit(run_up(port, data))


def demo(out: Path) -> None:
    try:
        from groove_local.demo import run_demo  # noqa: PLC0415  as above
    except ModuleNotFoundError as error:
        raise _not_here(error, "demo") from error
    raise typer.Exit(run_demo(out))


def version(*, as_json: bool) -> None:
    number = installed_version("groove-client")
    typer.echo(json.dumps({"version": number}) if as_json else f"groove {number}")


def _not_here(error: ModuleNotFoundError, target: str) -> BaseException:
    if error.name != "groove_local":
        return error
    typer.echo(f"{NEEDS_ALL} {target}`.", err=True)
    return typer.Exit(2)
