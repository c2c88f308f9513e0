"""What whoever keeps an installation running does beside it: its log, its views, its bytes, its users of NATS."""

from pathlib import Path
from typing import Annotated

import typer

from groove import commands
from groove.cli_options import JSON, LIVES, RUN

MEDIA = Annotated[
    Path | None,
    typer.Option("--media", help="Where the media lie, shared by many backups. Absent: in the directory itself."),
]


def register(app: typer.Typer) -> None:
    app.command("nats-users")(nats_users)
    app.command()(doctor)
    app.command()(gc)
    app.command()(rebuild)
    app.command()(backup)
    app.command()(restore)
    app.command()(replay)
    app.command()(export)
    app.command("import")(import_run)


def nats_users(
    prefix: Annotated[str, typer.Option(help="Of the installation: what every subject starts with.")] = "groove",
    out: Annotated[Path, typer.Option("--out", "-o", help="A directory; it will hold keys.")] = Path("nats-users"),
    as_json: JSON = False,
) -> None:
    """Make a NATS user with its key for every service, and the rules for the server. Keys that are there stay."""
    commands.operating.perform("nats-users", as_json=as_json, prefix=prefix, out=out)


def doctor(data: LIVES = None, as_json: JSON = False) -> None:
    """Examine an installation from here, and say what is wrong and what to do. Exit 1: something is."""
    commands.operating.perform("doctor", as_json=as_json, data=data)


def gc(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    data: LIVES = None,
    as_json: JSON = False,
) -> None:
    """Tidy up stored bytes that nothing refers to. Gateways keep serving, and do it themselves every few hours."""
    commands.operating.perform("gc", as_json=as_json, dry_run=dry_run, data=data)


def rebuild(
    check: Annotated[bool, typer.Option("--check", help="Only compare: exit 1 if the views differ.")] = False,
    keep_old: Annotated[bool, typer.Option("--keep-old", help="Keep the old views, as schema views_old.")] = False,
    data: LIVES = None,
    as_json: JSON = False,
) -> None:
    """Make the views again from the log, tell what differed, and put them in place. Gateways keep serving."""
    commands.operating.perform("rebuild", as_json=as_json, only_check=check, keep_old=keep_old, data=data)


def backup(
    out: Annotated[Path, typer.Argument(help="A new directory.", metavar="DIRECTORY")],
    media: MEDIA = None,
    data: LIVES = None,
    as_json: JSON = False,
) -> None:
    """Copy the whole installation: its log, accounts and keys, and media. Everything keeps running."""
    commands.operating.perform("backup", as_json=as_json, out=out, media=media, data=data)


def restore(
    folder: Annotated[Path, typer.Argument(help="What `groove backup` made.", metavar="DIRECTORY")],
    media: MEDIA = None,
    data: LIVES = None,
    replicas: Annotated[int | None, typer.Option(min=1, max=5, help="Of streams. Absent: as they had.")] = None,
    as_json: JSON = False,
) -> None:
    """Make an empty installation what a backup says: what GROOVE_NATS_URL names, else a new --data directory."""
    commands.here.restore(folder, media, data or Path(".groove"), replicas, as_json=as_json)


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


def export(
    run: RUN,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The file, or `-`. Absent: RUN.jsonl.")] = None,
    data: LIVES = None,
    as_json: JSON = False,
) -> None:
    """Write all messages of a run into one file, for `groove replay` anywhere. Media are not in it."""
    commands.operating.perform("export", as_json=as_json, run=run, out=out, data=data)


def import_run(
    file: Annotated[Path, typer.Argument(help="What `groove export` wrote.")],
    project: Annotated[str, typer.Option(help="Where it is shown.")] = "default",
    data: LIVES = None,
    as_json: JSON = False,
) -> None:
    """Bring a run of another installation here, to be looked at. Nothing of it is done again, or can be changed."""
    commands.operating.perform("import", as_json=as_json, file=file, project=project, data=data)
