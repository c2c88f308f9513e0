"""`groove job` and `groove project`: what was asked for one by one, and what was made where."""

from typing import Annotated

import typer

from groove import commands


def _url(context: typer.Context, said: str | None) -> str:
    return said or str(context.obj.url)


def _json(context: typer.Context, said: bool) -> bool:
    return said or bool(context.obj.as_json)


_FROM = "GROOVE_URL, or this machine"
_URL = Annotated[str, typer.Option("--url", callback=_url, help="Where Pixel Groove serves.", show_default=_FROM)]
_JSON = Annotated[bool, typer.Option("--json", callback=_json, help="Print JSON and nothing else.")]
_LIMIT = Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="How many, newest first.")]

job = typer.Typer(help="One task without a graph, and every request that was made for it.", no_args_is_help=True)
_JOB = Annotated[str, typer.Argument(help="Id of a job.", metavar="JOB")]


@job.command("run")
def run_job(  # noqa: PLR0913, PLR0917  each is an option of the command
    operation: Annotated[str, typer.Argument(help="A node type, as `text_to_image`.")],
    provider: Annotated[str, typer.Option(help="Who is to do it.")] = "local",
    param: Annotated[list[str] | None, typer.Option("--param", help="(repeatable)", metavar="NAME=VALUE")] = None,
    given: Annotated[
        list[str] | None, typer.Option("--input", help="An asset, or @ and a text (repeatable).", metavar="PORT=ID")
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Ask, and do not wait.")] = False,
    url: _URL = "",
    as_json: _JSON = False,
) -> None:
    """Have one thing made, and tell what was asked and answered."""
    wanted = commands.jobs.Wanted(operation, provider, tuple(param or ()), tuple(given or ()))
    commands.jobs.run(commands.session.Session(url, as_json=as_json), wanted, detach=detach)


@job.command("list")
def list_jobs(
    status: Annotated[str | None, typer.Option(help="queued, running, retrying, completed, failed ...")] = None,
    limit: _LIMIT = 20,
    url: _URL = "",
    as_json: _JSON = False,
) -> None:
    """List the tasks of all runs, newest first."""
    commands.jobs.jobs(commands.session.Session(url, as_json=as_json), status, limit)


@job.command("show")
def show_job(job: _JOB, url: _URL = "", as_json: _JSON = False) -> None:
    """Tell a job with every request that was made for it."""
    commands.jobs.show(commands.session.Session(url, as_json=as_json), job)


@job.command("cancel")
def cancel_job(job: _JOB, url: _URL = "", as_json: _JSON = False) -> None:
    """Cancel a job that was asked for by itself."""
    commands.jobs.cancel(commands.session.Session(url, as_json=as_json), job)


project = typer.Typer(help="Projects, and what was made in them.", no_args_is_help=True)
_PROJECT = Annotated[str, typer.Argument(help="Id of a project.", metavar="PROJECT")]


@project.command("list")
def list_projects(
    limit: _LIMIT = 20,
    deleted: Annotated[bool, typer.Option("--deleted", help="Those that were deleted, instead.")] = False,
    url: _URL = "",
    as_json: _JSON = False,
) -> None:
    """List projects."""
    commands.projects.projects(commands.session.Session(url, as_json=as_json), limit, deleted=deleted)


@project.command("history")
def project_history(
    project: _PROJECT = "default",
    node: Annotated[str | None, typer.Option(help="Only of this node.")] = None,
    limit: _LIMIT = 20,
    url: _URL = "",
    as_json: _JSON = False,
) -> None:
    """List what was made in a project: from which prompt, by which model, at what cost."""
    commands.projects.history(commands.session.Session(url, as_json=as_json), project, node, limit)


@project.command("delete")
def delete_project(project: _PROJECT, url: _URL = "", as_json: _JSON = False) -> None:
    """Delete a project with its graphs and runs. It can be restored."""
    commands.projects.delete(commands.session.Session(url, as_json=as_json), project)


@project.command("restore")
def restore_project(project: _PROJECT, url: _URL = "", as_json: _JSON = False) -> None:
    """Bring a deleted project back."""
    commands.projects.restore(commands.session.Session(url, as_json=as_json), project)
