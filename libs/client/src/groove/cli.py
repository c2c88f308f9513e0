"""The `groove` command: what can be asked, and nothing that takes time to load.

Exit codes: 0 done, 1 the run did not complete, 2 it was asked for wrongly, 3 the server refused,
4 the server does not answer, 130 interrupted.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from groove import commands, signing
from groove.cli_accounts import accounts
from groove.cli_credits import credits_
from groove.cli_users import users
from groove.cli_work import job, project
from groove.lines import json_line
from groove.shapes import Priority, Settlement

EPILOG = (
    "Exit codes: 0 done, 1 the run did not complete, 2 asked for wrongly, 3 the server refused, "
    "4 the server does not answer, 130 interrupted. RUN is an id, its beginning, or `last`."
)

DEFAULT_URL = "http://127.0.0.1:8080"


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


@dataclass(frozen=True)
class _Common:
    """What was said before the command."""

    url: str
    as_json: bool


def _url(context: typer.Context, said: str | None) -> str:
    return said or (context.obj.url if context.obj else DEFAULT_URL)


def _json(context: typer.Context, said: bool) -> bool:
    return said or bool(context.obj and context.obj.as_json)


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

_WHERE, _ONLY_JSON = "Where Pixel Groove serves.", "Print JSON and nothing else."
_FROM = f"GROOVE_URL, or {DEFAULT_URL}"
URL = Annotated[str, typer.Option("--url", callback=_url, help=_WHERE, show_default=_FROM)]
JSON = Annotated[bool, typer.Option("--json", callback=_json, help=_ONLY_JSON)]
RUN = Annotated[str, typer.Argument(help="Id of a run, its beginning, or `last`.", metavar="RUN")]
FILE = Annotated[str, typer.Argument(help="A workflow file, `-`, or the id of a saved graph.", metavar="FILE")]
VARS = Annotated[list[str] | None, typer.Option("--var", help="Fill in {{KEY}} (repeatable).", metavar="KEY=VALUE")]
OUTPUTS = Annotated[
    list[str] | None, typer.Option("--output", help="Make only what this node needs (repeatable).", metavar="NODE")
]
LIVES = Annotated[Path | None, typer.Option("--data", help="Where `groove up` keeps its data. Absent: .groove.")]
LIMIT = Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="How many, newest first.")]
NODE = Annotated[str, typer.Argument(help="Id of a node of the run.", metavar="NODE")]


@app.callback()
def common(
    context: typer.Context,
    url: Annotated[str, typer.Option("--url", envvar="GROOVE_URL", help=_WHERE)] = DEFAULT_URL,
    as_json: Annotated[bool, typer.Option("--json", help=_ONLY_JSON)] = False,
    api_key: Annotated[
        str, typer.Option("--api-key", envvar="GROOVE_API_KEY", show_envvar=True, help="Where one has to sign in.")
    ] = "",
) -> None:
    context.obj = _Common(url, as_json)
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

doubt = typer.Typer(help="What cannot be known: whether a provider took a request.", no_args_is_help=True)
app.add_typer(doubt, name="doubt")


@doubt.command("list")
def list_doubts(limit: LIMIT = 20, url: URL = "", as_json: JSON = False) -> None:
    """List the nodes in doubt of all runs."""
    commands.mending.doubts(commands.session.Session(url, as_json=as_json), limit)


@doubt.command()
@app.command(hidden=True)
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


app.add_typer(job, name="job")
app.add_typer(project, name="project")

dlq = typer.Typer(help="Messages that nobody could handle (a dead-letter queue).", no_args_is_help=True)
app.add_typer(dlq, name="dlq")
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


@app.command("nats-users")
def nats_users(
    prefix: Annotated[str, typer.Option(help="Of the installation: what every subject starts with.")] = "groove",
    out: Annotated[Path, typer.Option("--out", "-o", help="A directory; it will hold keys.")] = Path("nats-users"),
    as_json: JSON = False,
) -> None:
    """Make a NATS user with its key for every service, and the rules for the server. Keys that are there stay."""
    commands.operating.perform("nats-users", as_json=as_json, prefix=prefix, out=out)


@app.command()
def gc(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    data: LIVES = None,
    as_json: JSON = False,
) -> None:
    """Tidy up stored bytes that nothing refers to. Gateways keep serving, and do it themselves every few hours."""
    commands.operating.perform("gc", as_json=as_json, dry_run=dry_run, data=data)


@app.command()
def rebuild(
    check: Annotated[bool, typer.Option("--check", help="Only compare: exit 1 if the views differ.")] = False,
    keep_old: Annotated[bool, typer.Option("--keep-old", help="Keep the old views, as schema views_old.")] = False,
    data: LIVES = None,
    as_json: JSON = False,
) -> None:
    """Make the views again from the log, tell what differed, and put them in place. Gateways keep serving."""
    commands.operating.perform("rebuild", as_json=as_json, only_check=check, keep_old=keep_old, data=data)


@app.command()
def replay(
    what: Annotated[
        list[str] | None, typer.Argument(help="A run or an exported file; with --verify several, or `all`.")
    ] = None,
    at: Annotated[
        int | None, typer.Option("--at", min=1, help="As it was there: a position, or the sequence of a message.")
    ] = None,
    step: Annotated[bool, typer.Option("--step", help="One by one, forward and back.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Decide all again, and tell what differs.")] = False,
    data: LIVES = None,
    as_json: JSON = False,
) -> None:
    """Tell a run again from the log: all that was asked, decided and reported, and the state after any of it."""
    commands.replaying.replay(tuple(what or ()), at, step=step, verify=verify, data=data, as_json=as_json)


@app.command()
def export(
    run: RUN,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The file, or `-`. Absent: RUN.jsonl.")] = None,
    data: LIVES = None,
    as_json: JSON = False,
) -> None:
    """Write all messages of a run into one file, for `groove replay` anywhere. Media are not in it."""
    commands.operating.perform("export", as_json=as_json, run=run, out=out, data=data)


@app.command("import")
def import_run(
    file: Annotated[Path, typer.Argument(help="What `groove export` wrote.")],
    project: Annotated[str, typer.Option(help="Where it is shown.")] = "default",
    data: LIVES = None,
    as_json: JSON = False,
) -> None:
    """Bring a run of another installation here, to be looked at. Nothing of it is done again, or can be changed."""
    commands.operating.perform("import", as_json=as_json, file=file, project=project, data=data)


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
