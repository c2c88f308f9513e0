"""`groove character`: people and figures that stay themselves."""

from typing import Annotated

import typer

from groove import commands
from groove.cli_options import JSON, LIMIT, URL

character = typer.Typer(help="Characters: people and figures that stay themselves.", no_args_is_help=True)
_WHO = Annotated[str, typer.Argument(help="Id of a character, its beginning, or its name.", metavar="CHARACTER")]
_PICTURE = Annotated[
    str, typer.Argument(help="A picture: a file, which is uploaded, or the id of an asset.", metavar="PICTURE")
]
_PROJECT = Annotated[str | None, typer.Option("--project", help="Only of this project.")]


@character.command("list")
def list_characters(
    text: Annotated[str | None, typer.Argument(help="A part of the name.", metavar="TEXT")] = None,
    tag: Annotated[str | None, typer.Option(help="Only with this tag.")] = None,
    project: _PROJECT = None,
    limit: LIMIT = 20,
    url: URL = "",
    as_json: JSON = False,
) -> None:
    """List characters, with how good their best picture is, 0 to 1."""
    commands.characters.characters(commands.session.Session(url, as_json=as_json), text, tag, project, limit)


@character.command("show")
def show_character(who: _WHO, url: URL = "", as_json: JSON = False) -> None:
    """Tell who it is, by which pictures, and what is wrong with them."""
    commands.characters.show(commands.session.Session(url, as_json=as_json), who)


@character.command("create")
def create_character(  # noqa: PLR0913, PLR0917  each is an option of the command
    name: Annotated[str, typer.Argument(help="As prompts call it.", metavar="NAME")],
    picture: Annotated[
        list[str] | None, typer.Option("--picture", help="A file or an asset that shows it (repeatable).")
    ] = None,
    description: Annotated[str, typer.Option(help="Providers are told it, in words.")] = "",
    tag: Annotated[list[str] | None, typer.Option("--tag", help="To find it again (repeatable).")] = None,
    project: Annotated[str | None, typer.Option("--project", help="Where it belongs. Absent: the default one.")] = None,
    made_by: Annotated[
        str | None, typer.Option("--from", help="A face_analysis node that found it, instead.", metavar="RUN/NODE")
    ] = None,
    url: URL = "",
    as_json: JSON = False,
) -> None:
    """Make a character of pictures. The best one is chosen by its face."""
    new = commands.characters.New(name, tuple(picture or ()), description, tuple(tag or ()), project, made_by)
    commands.characters.create(commands.session.Session(url, as_json=as_json), new)


@character.command("add")
def add_picture(
    who: _WHO,
    picture: _PICTURE,
    face: Annotated[int | None, typer.Option(min=0, help="Which face of it; 0 is the largest.")] = None,
    url: URL = "",
    as_json: JSON = False,
) -> None:
    """Give it another picture."""
    commands.characters.add(commands.session.Session(url, as_json=as_json), who, picture, face)


@character.command("remove")
def remove_picture(
    who: _WHO,
    asset: Annotated[str, typer.Argument(help="Id of the asset, as `show` tells it.", metavar="ASSET")],
    url: URL = "",
    as_json: JSON = False,
) -> None:
    """Take a picture from it. The picture itself stays."""
    commands.characters.remove(commands.session.Session(url, as_json=as_json), who, asset)


@character.command("delete")
def delete_character(who: _WHO, url: URL = "", as_json: JSON = False) -> None:
    """Forget it, with everything that was computed of its faces. Its pictures stay."""
    commands.characters.delete(commands.session.Session(url, as_json=as_json), who)


@character.command("search")
def search_characters(
    picture: _PICTURE, project: _PROJECT = None, limit: LIMIT = 10, url: URL = "", as_json: JSON = False
) -> None:
    """Tell whom a picture shows."""
    commands.characters.search(commands.session.Session(url, as_json=as_json), picture, project, limit)


@character.command("merge")
def merge_characters(
    who: _WHO,
    other: Annotated[str, typer.Argument(help="The one that ends.", metavar="OTHER")],
    url: URL = "",
    as_json: JSON = False,
) -> None:
    """Say that two are one: the other's pictures come to the first, and graphs that name it get the first."""
    commands.characters.merge(commands.session.Session(url, as_json=as_json), who, other)
