"""`groove up`, `groove demo` and `groove version`: what needs no server to be there already."""

import json
import os
from importlib.metadata import version as installed_version
from pathlib import Path

import typer

from groove.commands import operating
from groove.lines import json_line

NEEDS_ALL = (
    "This command starts the whole of Pixel Groove, which is not installed here. Get the repository and use `make"
)


def up(port: int, data: Path, *, as_json: bool) -> None:
    try:
        from groove_local.up import run_up  # noqa: PLC0415  only a whole checkout has it
    except ModuleNotFoundError as error:
        raise _not_here(error, "up", as_json=as_json) from error
    raise typer.Exit(run_up(port, data, as_json=as_json))


def demo(out: Path, *, as_json: bool) -> None:
    try:
        from groove_local.demo import run_demo  # noqa: PLC0415  as above
    except ModuleNotFoundError as error:
        raise _not_here(error, "demo", as_json=as_json) from error
    raise typer.Exit(run_demo(out, as_json=as_json))


def restore(folder: Path, media: Path | None, data: Path, replicas: int | None, *, as_json: bool) -> None:
    if "GROOVE_NATS_URL" in os.environ:
        operating.perform("restore", as_json=as_json, folder=folder, media=media, replicas=replicas)
    try:
        from groove_local.restoring import run_restore  # noqa: PLC0415  as above
    except ModuleNotFoundError as error:
        raise _not_here(error, "restore", as_json=as_json) from error
    raise typer.Exit(run_restore(data, folder=folder, media=media, as_json=as_json))


def version(*, as_json: bool) -> None:
    number = installed_version("groove-client")
    typer.echo(json.dumps({"version": number}) if as_json else f"groove {number}")


def _not_here(error: ModuleNotFoundError, target: str, *, as_json: bool) -> BaseException:
    if error.name != "groove_local":
        return error
    said = f"{NEEDS_ALL} {target}`."
    typer.echo(json_line({"title": "Not installed", "detail": said}) if as_json else said, err=True)
    return typer.Exit(2)
