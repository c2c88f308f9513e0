"""Removing a user's data for good: `groove users erase`."""

import typer

from groove.client import Client
from groove.commands.session import OK, Session


def erase(session: Session, user: str, *, sure: bool) -> None:
    if not sure:
        raise typer.BadParameter(f"Everything of user {user} goes, for good. Say --yes.", param_hint="--yes")

    async def work(client: Client) -> int:
        gone = await client.erase(user)
        if session.as_json:
            session.print_json(gone)
        session.say(f"User {user} is erased: {gone['rows']} rows and {gone['objects']} files are gone.")
        if gone["log"] != "sealed":
            session.say("What was written before GROOVE_ERASABLE was turned on stays readable in the log.")
        return OK

    session.perform(work)
