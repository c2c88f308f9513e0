"""How every route changes a graph: ask the orchestrator, wait for the view, or say why not."""

from dataclasses import dataclass

from fastapi import Request

from contracts.base import MessageId, ProjectId, UserId
from contracts.envelope import Answer
from contracts.graph import DeleteGraph, EditGraph, GraphCommand, Op, RestoreGraph
from gateway.commands import Ask, NoAnswer
from gateway.desk import Desk
from gateway.http.asking import expected_version, the_graph
from gateway.http.once import Ids, different_body
from gateway.http.places import Place, in_body
from gateway.http.problems import Problem, rejected, unavailable
from gateway.views.sheet import Sheet
from kit.errors import TooLarge

_RETRY = "The change was not confirmed in time. Send it again with the same Idempotency-Key: it is made once."

_LATER = (
    "A later release has written to this history, and this installation cannot read it. What you asked for is kept,"
    " and will be done once this installation is upgraded. Sent again with the same Idempotency-Key, it is done once."
)


@dataclass(frozen=True)
class Editing:
    """One request's hands on one graph that is there."""

    desk: Desk
    user: UserId
    sheet: Sheet
    if_version: int | None
    ids: Ids

    async def edit(self, *ops: Op, addressed: tuple[str, ...] = ("graph",), place: Place = in_body) -> Sheet:
        """Have all of the ops done, and give the graph as it is then."""
        command = EditGraph(ops=ops, if_version=self.if_version, body_digest=self.ids.digest)
        return await self._do(command, addressed, place)

    async def restore(self, version: int) -> Sheet:
        return await self._do(RestoreGraph(version=version, if_version=self.if_version), ("graph",), in_body)

    async def delete(self) -> None:
        await ask_graph(self.desk, self._ask(), DeleteGraph(if_version=self.if_version), ("graph",), in_body)

    def _ask(self) -> Ask:
        sheet = self.sheet
        project = ProjectId(sheet.project_id)
        return Ask(MessageId(self.ids.mint("command")), self.user, project, sheet.id, sheet.seq)

    async def _do(self, command: GraphCommand, addressed: tuple[str, ...], place: Place) -> Sheet:
        await ask_graph(self.desk, self._ask(), command, addressed, place)
        return await the_graph(self.desk, self.user, self.sheet.id)


async def editing(request: Request, desk: Desk, user: UserId, graph_id: str, ids: Ids) -> Editing:
    """
    Raises:
        Problem: 404, or 412 when If-Match is already known to be stale.
    """  # noqa: D205, D212  only what it raises is worth saying
    sheet = await the_graph(desk, user, graph_id)
    return Editing(desk, user, sheet, expected_version(request), ids)


async def ask_graph(desk: Desk, ask: Ask, command: GraphCommand, addressed: tuple[str, ...], place: Place) -> Answer:
    try:
        answer = await desk.commands.graph(ask, command)
    except NoAnswer as error:
        raise unavailable(_RETRY) from error
    except TooLarge as error:
        raise Problem(413, "graph-too-large", "The change is too large to be stored: split it.") from error
    return accepted(answer, addressed, place)


def accepted(answer: Answer, addressed: tuple[str, ...], place: Place = in_body) -> Answer:
    """Give back a yes.

    Raises:
        Problem: it was a no.
    """
    if answer.rejection is not None:
        if answer.rejection.reason == "different_body":
            raise different_body()
        raise rejected(answer.rejection, *addressed, place=place)
    if answer.outcome != "done":
        # who may come again is not answered from memory
        raise Problem(409, "unreadable", _LATER, headers={"Retry-After": "30"})
    return answer
