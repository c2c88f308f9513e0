"""Projects and what was made in them: `groove project`."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from groove import words
from groove.client import Client
from groove.commands.looking import ago, listing
from groove.commands.session import OK, Session

Json = Mapping[str, Any]
_LONGEST = 60


def projects(session: Session, limit: int, *, deleted: bool) -> None:
    async def work(client: Client) -> int:
        page = await client.projects.list(limit=limit, deleted=deleted)
        if session.as_json:
            session.print_json(page)
        elif not page["items"]:
            session.say("No project is deleted." if deleted else "There are no projects.")
        else:
            table = listing("id", "name", "deleted" if deleted else "changed")
            for one in page["items"]:
                table.add_row(Text(one["id"]), Text(one["name"]), ago(one["deleted_at"] or one["updated_at"]))
            session.console.print(table)
        return OK

    session.perform(work)


def delete(session: Session, project_id: str) -> None:
    async def work(client: Client) -> int:
        gone = await client.projects.delete(project_id)
        if session.as_json:
            session.print_json(gone)
        session.say(f"Deleted, with its graphs and runs. Bring it back: groove project restore {project_id}")
        return OK

    session.perform(work)


def restore(session: Session, project_id: str) -> None:
    async def work(client: Client) -> int:
        project = await client.projects.restore(project_id)
        if session.as_json:
            session.print_json(project)
        session.say(f"{project['name']} is back, with its graphs and runs.")
        return OK

    session.perform(work)


def history(session: Session, project_id: str, node: str | None, limit: int) -> None:
    async def work(client: Client) -> int:
        page = await client.projects.generations(project_id, limit=limit, node_id=node)
        if session.as_json:
            session.print_json(page)
        elif not page["items"]:
            session.say("Nothing was made here yet.")
        else:
            table = listing("when", "node", "type", "model", "cost", "prompt")
            for one in page["items"]:
                settings, cost = one["settings_snapshot"], one["cost_computation"]["cost"]
                prompt = words.one_line(one["prompt_snapshot"] or "")[:_LONGEST]
                said = (one["node_id"], one["type"], settings.get("model") or "", words.cost(cost), prompt)
                table.add_row(ago(one["created_at"]), *map(Text, said))
            session.console.print(table)
        return OK

    session.perform(work)
