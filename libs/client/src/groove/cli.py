"""The `groove` command: what can be asked, and nothing that takes time to load.

Exit codes: 0 done, 1 the run did not complete, 2 it was asked for wrongly, 3 the server refused,
4 the server does not answer, 130 interrupted.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from groove import cli_mending, cli_operating, commands, signing
from groove.cli_accounts import accounts
from groove.cli_characters import character
from groove.cli_credits import credits_
from groove.cli_faces import faces, models
from groove.cli_options import DEFAULT_URL, FILE, JSON, LIMIT, NODE, ONLY_JSON, OUTPUTS, RUN, URL, VARS, WHERE, Common
from groove.cli_users import users
from groove.cli_work import job, project
from groove.lines import json_line
from groove.shapes import Priority

EPILOG = (
    "Exit codes: 0 done, 1 the run did not complete, 2 asked for wrongly, 3 the server refused, "
    "4 the server does not answer, 130 interrupted. RUN is an id, its beginning, or `last`."
)


class _Commands(TyperGroup):
    def main(self, args: Sequence[str] | None = None, *rest: Any, **more: Any) -> Any:
        """As ever; but who wants JSON is told in JSON what was asked for wrongly."""
        given = sys.argv[1:] if args is None else [*args]
        if "--json" not in given:
            return super().main(given, *rest, **more)
        try:
            code = super().main(given, *rest, **{**more, "standalone_mode": False})
        except typer.exceptions.TyperException as error:
            typer.echo(json_line({"title": "Wrongly asked", "detail": error.format_message()}), err=True)
            sys.exit(error.exit_code)
        sys.exit(code)


app = typer.Typer(
    cls=_Commands,
    help="Pixel Groove: run graphs of generative media, and watch them.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help in boxes would take twice as long to load
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def common(
    context: typer.Context,
    url: Annotated[str, typer.Option("--url", envvar="GROOVE_URL", help=WHERE)] = DEFAULT_URL,
    as_json: Annotated[bool, typer.Option("--json", help=ONLY_JSON)] = False,
    api_key: Annotated[
        str, typer.Option("--api-key", envvar="GROOVE_API_KEY", show_envvar=True, help="Where one has to sign in.")
    ] = "",
) -> None:
    context.obj = Common(url, as_json)
    signing.api_key.set(api_key or None)


@app.command()
def up(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where to serve, on 127.0.0.1.")] = 8080,
    data: Annotated[Path, typer.Option(help="Where everything is kept.")] = Path(".groove"),
    as_json: JSON = False,
) -> None:
    """Start everything on this machine and keep it running. With --json: a line per thing that happens."""
    commands.here.up(port, data, as_json=as_json)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Where the results go.")] = Path("demo-output"),
    as_json: JSON = False,
) -> None:
    """Run the main example from nothing, save the results. With --json: a line per event, and run.json last."""
    commands.here.demo(out, as_json=as_json)


@app.command()
def run(  # noqa: PLR0913, PLR0917  each is an option of the command
    file: FILE,
    var: VARS = None,
    output: OUTPUTS = None,
    out: Annotated[Path | None, typer.Option(help="Save what was made in this directory.")] = None,
    budget: Annotated[float | None, typer.Option(min=0, help="Most that it may cost, in credits.")] = None,
    priority: Annotated[Priority, typer.Option(help="Among your own runs.")] = "normal",
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Start it, and do not wait.")] = False,
    url: URL = "",
    as_json: JSON = False,
) -> None:
    """Run a workflow file or a saved graph, and watch it."""
    wanted = commands.running.Wanted(file, tuple(var or ()), tuple(output or ()), budget, priority)
    commands.running.run(commands.session.Session(url, as_json=as_json), wanted, out, detach=detach)


@app.command()
def estimate(file: FILE, var: VARS = None, output: OUTPUTS = None, url: URL = "", as_json: JSON = False) -> None:
    """Tell what a run would cost, and start nothing."""
    wanted = commands.running.Wanted(file, tuple(var or ()), tuple(output or ()), None)
    commands.running.estimate(commands.session.Session(url, as_json=as_json), wanted)


@app.command()
def watch(run: RUN, url: URL = "", as_json: JSON = False) -> None:
    """Watch a run until it ends. With --json: a line per event."""
    commands.running.watch(commands.session.Session(url, as_json=as_json), run)


@app.command()
def resume(run: RUN, url: URL = "", as_json: JSON = False) -> None:
    """Run again what failed, was cancelled or skipped, and watch it."""
    commands.running.resume(commands.session.Session(url, as_json=as_json), run)


@app.command()
def fork(  # noqa: PLR0913, PLR0917  each is an option of the command
    run: RUN,
    edit: Annotated[
        list[str] | None, typer.Option("--edit", help="Ops as JSON, or a file of them (repeatable).", metavar="OPS")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Change a setting (repeatable).", metavar="NODE.PARAM=VALUE")
    ] = None,
    var: VARS = None,
    output: OUTPUTS = None,
    out: Annotated[Path | None, typer.Option(help="Save what was made in this directory.")] = None,
    budget: Annotated[float | None, typer.Option(min=0, help="Most that it may cost, in credits.")] = None,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Start it, and do not wait.")] = False,
    url: URL = "",
    as_json: JSON = False,
) -> None:
    """Start a new run from an earlier one, edited. What stays as it was keeps its results, at no cost."""
    changed = commands.forking.Changed(
        tuple(edit or ()), tuple(set_ or ()), tuple(var or ()), tuple(output or ()), budget
    )
    commands.forking.fork(commands.session.Session(url, as_json=as_json), run, changed, out, detach=detach)


@app.command()
def diff(
    run_a: Annotated[str, typer.Argument(help="Id of a run, its beginning, or `last`.", metavar="RUN_A")],
    run_b: Annotated[str, typer.Argument(help="The run that is compared with it.", metavar="RUN_B")],
    url: URL = "",
    as_json: JSON = False,
) -> None:
    """Show what was different between two runs."""
    commands.forking.diff(commands.session.Session(url, as_json=as_json), run_a, run_b)


@app.command()
def cancel(run: RUN, url: URL = "", as_json: JSON = False) -> None:
    """Stop a run. What is finished stays."""
    commands.running.cancel(commands.session.Session(url, as_json=as_json), run)


@app.command()
def explain(run: RUN, node: NODE, url: URL = "", as_json: JSON = False) -> None:
    """Tell why a node was, or was not, taken from what had been made before."""
    commands.looking.explain(commands.session.Session(url, as_json=as_json), run, node)


app.add_typer(users, name="users")
app.add_typer(accounts, name="accounts")
app.add_typer(credits_, name="credits")

cli_mending.register(app)
app.add_typer(job, name="job")
app.add_typer(project, name="project")
app.add_typer(cli_mending.dlq, name="dlq")
app.add_typer(character, name="character")
app.add_typer(models, name="models")
app.add_typer(faces, name="faces")
cli_operating.register(app)


@app.command()
def runs(
    state: Annotated[str | None, typer.Option(help="pending, running, completed, failed or cancelled.")] = None,
    limit: LIMIT = 20,
    url: URL = "",
    as_json: JSON = False,
) -> None:
    """List runs, newest first."""
    commands.looking.runs(commands.session.Session(url, as_json=as_json), state, limit)


@app.command()
def events(run: RUN, url: URL = "", as_json: JSON = False) -> None:
    """Print everything that happened in a run. With --json: a line per event."""
    commands.looking.events(commands.session.Session(url, as_json=as_json), run)


@app.command()
def download(
    run: RUN,
    out: Annotated[Path, typer.Option(help="Directory to save into.")] = Path("results"),
    url: URL = "",
    as_json: JSON = False,
) -> None:
    """Save everything a run made: pictures, texts, and run.json."""
    commands.running.download(commands.session.Session(url, as_json=as_json), run, out)


@app.command()
def graphs(limit: LIMIT = 20, url: URL = "", as_json: JSON = False) -> None:
    """List saved graphs, newest first."""
    commands.looking.graphs(commands.session.Session(url, as_json=as_json), limit)


@app.command()
def upload(
    file: Annotated[Path, typer.Argument(help="A picture, sound or film.", metavar="FILE")],
    url: URL = "",
    as_json: JSON = False,
) -> None:
    """Make a file an asset that graphs can use."""
    commands.looking.upload(commands.session.Session(url, as_json=as_json), file)


@app.command("node-types")
def node_types(
    name: Annotated[str | None, typer.Argument(help="One type, in full.")] = None,
    url: URL = "",
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
