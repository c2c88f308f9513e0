"""`groove doubt` and `groove dlq`: what cannot be known, and what nobody could handle."""

from typing import Annotated

import typer

from groove import commands
from groove.cli_options import JSON, LIMIT, NODE, RUN, URL
from groove.shapes import Settlement

doubt = typer.Typer(help="What cannot be known: whether a provider took a request.", no_args_is_help=True)


@doubt.command("list")
def list_doubts(limit: LIMIT = 20, url: URL = "", as_json: JSON = False) -> None:
    """List the nodes in doubt of all runs."""
    commands.mending.doubts(commands.session.Session(url, as_json=as_json), limit)


@doubt.command()
def settle(
    run: RUN,
    node: NODE,
    action: Annotated[Settlement, typer.Argument(help="Ask again, take it for failed, or take over the job.")],
    handle: Annotated[
        str | None, typer.Argument(help="Of `adopt`: the provider's own id of the job.", metavar="[HANDLE]")
    ] = None,
    url: URL = "",
    as_json: JSON = False,
) -> None:
    """Say what became of a request that is in doubt. Then `groove resume` goes on."""
    commands.running.settle(commands.session.Session(url, as_json=as_json), run, node, action, handle)


dlq = typer.Typer(help="Messages that nobody could handle (a dead-letter queue).", no_args_is_help=True)
PARKED = Annotated[str, typer.Argument(help="Id of a parked message.", metavar="ID")]


@dlq.command("list")
def list_parked(limit: LIMIT = 20, url: URL = "", as_json: JSON = False) -> None:
    """List parked messages, oldest first."""
    commands.mending.parked(commands.session.Session(url, as_json=as_json), limit)


@dlq.command("show")
def show_parked(parked: PARKED, url: URL = "", as_json: JSON = False) -> None:
    """Print a parked message in full, without secrets."""
    commands.mending.show(commands.session.Session(url, as_json=as_json), parked)


@dlq.command("redrive")
def redrive_parked(
    parked: Annotated[str | None, typer.Argument(help="Id of a parked message.", metavar="[ID]")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that are parked now.")] = False,
    url: URL = "",
    as_json: JSON = False,
) -> None:
    """Send a parked message again. Nothing is done, reported or paid twice by that."""
    commands.mending.redrive(commands.session.Session(url, as_json=as_json), parked, everything=everything)


def register(app: typer.Typer) -> None:
    app.add_typer(doubt, name="doubt")
    app.command(hidden=True)(settle)
