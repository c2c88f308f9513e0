"""The `groove` command: what can be asked, and nothing that takes time to load.

Exit codes: 0 done, 1 the run did not complete, 2 it was asked for wrongly, 3 the server refused,
4 the server does not answer, 130 interrupted.
"""

from pathlib import Path
from typing import Annotated

import typer

from groove import commands

EPILOG = (
    "Exit codes: 0 done, 1 the run did not complete, 2 asked for wrongly, 3 the server refused, "
    "4 the server does not answer, 130 interrupted. RUN is an id, its beginning, or `last`."
)

app = typer.Typer(
    help="Pixel Groove: run graphs of generative media, and watch them.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help in boxes would take twice as long to load
    context_settings={"help_option_names": ["-h", "--help"]},
)

URL = Annotated[str, typer.Option("--url", envvar="GROOVE_URL", help="Where Pixel Groove serves.", show_default=True)]
JSON = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
RUN = Annotated[str, typer.Argument(help="Id of a run, its beginning, or `last`.", metavar="RUN")]
FILE = Annotated[str, typer.Argument(help="A workflow file, `-`, or the id of a saved graph.", metavar="FILE")]
VARS = Annotated[list[str] | None, typer.Option("--var", help="Fill in {{KEY}} (repeatable).", metavar="KEY=VALUE")]
OUTPUTS = Annotated[
    list[str] | None, typer.Option("--output", help="Make only what this node needs (repeatable).", metavar="NODE")
]
LIMIT = Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="How many, newest first.")]
DEFAULT_URL = "http://127.0.0.1:8080"


@app.command()
def up(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where to serve, on 127.0.0.1.")] = 8080,
    data: Annotated[Path, typer.Option(help="Where everything is kept.")] = Path(".groove"),
) -> None:
    """Start everything on this machine and keep it running."""
    commands.here.up(port, data)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Where the results go.")] = Path("demo-output"),
) -> None:
    """Run the main example from nothing, save the results."""
    commands.here.demo(out)


@app.command()
def run(  # noqa: PLR0913, PLR0917  each is an option of the command
    file: FILE,
    var: VARS = None,
    output: OUTPUTS = None,
    out: Annotated[Path | None, typer.Option(help="Save what was made in this directory.")] = None,
    budget: Annotated[float | None, typer.Option(min=0, help="Most that it may cost, in credits.")] = None,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Start it, and do not wait.")] = False,
    url: URL = DEFAULT_URL,
    as_json: JSON = False,
) -> None:
    """Run a workflow file or a saved graph, and watch it."""
    wanted = commands.running.Wanted(file, tuple(var or ()), tuple(output or ()), budget)
    commands.running.run(commands.session.Session(url, as_json=as_json), wanted, out, detach=detach)


@app.command()
def estimate(
    file: FILE, var: VARS = None, output: OUTPUTS = None, url: URL = DEFAULT_URL, as_json: JSON = False
) -> None:
    """Tell what a run would cost, and start nothing."""
    wanted = commands.running.Wanted(file, tuple(var or ()), tuple(output or ()), None)
    commands.running.estimate(commands.session.Session(url, as_json=as_json), wanted)


@app.command()
def watch(run: RUN, url: URL = DEFAULT_URL, as_json: JSON = False) -> None:
    """Watch a run until it ends. With --json: a line per event."""
    commands.running.watch(commands.session.Session(url, as_json=as_json), run)


@app.command()
def resume(run: RUN, url: URL = DEFAULT_URL, as_json: JSON = False) -> None:
    """Run again what failed, was cancelled or skipped, and watch it."""
    commands.running.resume(commands.session.Session(url, as_json=as_json), run)


@app.command()
def cancel(run: RUN, url: URL = DEFAULT_URL, as_json: JSON = False) -> None:
    """Stop a run. What is finished stays."""
    commands.running.cancel(commands.session.Session(url, as_json=as_json), run)


@app.command()
def runs(
    state: Annotated[str | None, typer.Option(help="pending, running, completed, failed or cancelled.")] = None,
    limit: LIMIT = 20,
    url: URL = DEFAULT_URL,
    as_json: JSON = False,
) -> None:
    """List runs, newest first."""
    commands.looking.runs(commands.session.Session(url, as_json=as_json), state, limit)


@app.command()
def events(run: RUN, url: URL = DEFAULT_URL, as_json: JSON = False) -> None:
    """Print everything that happened in a run. With --json: a line per event."""
    commands.looking.events(commands.session.Session(url, as_json=as_json), run)


@app.command()
def download(
    run: RUN,
    out: Annotated[Path, typer.Option(help="Directory to save into.")] = Path("results"),
    url: URL = DEFAULT_URL,
    as_json: JSON = False,
) -> None:
    """Save everything a run made: pictures, texts, and run.json."""
    commands.running.download(commands.session.Session(url, as_json=as_json), run, out)


@app.command()
def graphs(limit: LIMIT = 20, url: URL = DEFAULT_URL, as_json: JSON = False) -> None:
    """List saved graphs, newest first."""
    commands.looking.graphs(commands.session.Session(url, as_json=as_json), limit)


@app.command()
def upload(
    file: Annotated[Path, typer.Argument(help="A picture, sound or film.", metavar="FILE")],
    url: URL = DEFAULT_URL,
    as_json: JSON = False,
) -> None:
    """Make a file an asset that graphs can use."""
    commands.looking.upload(commands.session.Session(url, as_json=as_json), file)


@app.command("node-types")
def node_types(
    name: Annotated[str | None, typer.Argument(help="One type, in full.")] = None,
    url: URL = DEFAULT_URL,
    as_json: JSON = False,
) -> None:
    """List the node types, or explain one."""
    commands.looking.node_types(commands.session.Session(url, as_json=as_json), name)


@app.command()
def version(as_json: JSON = False) -> None:
    """Tell which version this is."""
    commands.here.version(as_json=as_json)


def main() -> None:
    app(prog_name="groove")
