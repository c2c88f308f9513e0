"""Accounts of credits: what is there, what came to it and what it went for, and its limits."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime
from starlette.responses import Response

from contracts.base import ID_PATTERN, MessageId, UserId
from contracts.credit import Adjust, CreditCommand, Grant, SetBudget
from contracts.subjects import NO_PROJECT
from gateway.commands import Ask, NoAnswer
from gateway.desk import Desk
from gateway.http import bodies_credits as bodies
from gateway.http import shapes_credits as shapes
from gateway.http.asking import TheAdmin, TheCaller, TheDesk, ThePage, TheUser, answer
from gateway.http.body import StrictRoute
from gateway.http.editing import accepted
from gateway.http.once import Ids, once
from gateway.http.places import in_path
from gateway.http.problems import Problem, invalid, not_found, unavailable
from gateway.http.shapes import Listed
from gateway.library.acts import Thing
from gateway.stripe.told import NotReached
from gateway.users import Caller
from gateway.views.read_credits import EntryFilter
from gateway.views.statement import MOST, csv_of

router = APIRouter(prefix="/api/credits", tags=["credits"], route_class=StrictRoute)
_Whose = Annotated[str | None, Query(pattern=ID_PATTERN, description="For admins: another user's.")]
_First = Annotated[date, Query(alias="from", description="The first day, UTC.")]
_Last = Annotated[date, Query(alias="to", description="The last day, UTC.")]


async def _whose(desk: Desk, caller: Caller, user: UserId, named: str | None) -> UserId:
    """Another's account is not there, but for admins."""
    if named is None or named == user:
        return user
    if not caller.admin or await desk.who.people.user(named) is None:
        raise not_found("user")
    return UserId(named)


def _span(first: date, last: date) -> tuple[datetime, datetime]:
    flaw = bodies.flaw_of_span(first, last)
    if flaw is not None:
        raise invalid(["query", "to"], flaw)
    return midnight(first), midnight(last) + timedelta(days=1)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _on(desk: Desk) -> None:
    if not desk.money.on:
        detail = "Nothing is charged in this installation: set GROOVE_CREDITS=on for gateway and orchestrators first."
        raise Problem(409, "credits-off", detail)


async def _book(desk: Desk, ids: Ids, user: UserId, command: CreditCommand) -> Response:
    ask = Ask(MessageId(ids.mint("credit")), user, NO_PROJECT, user)
    try:
        accepted(await desk.commands.credit(ask, command), (), in_path)
    except NoAnswer as error:
        raise unavailable(
            "The account did not answer in time. With an Idempotency-Key it is safe to ask again."
        ) from error
    return answer(await _shown(desk, user))


async def _shown(desk: Desk, user: UserId) -> dict[str, object]:
    account = await desk.money.ledger.account(user, midnight(desk.clock().astimezone(UTC).date()))
    return account | {"enabled": desk.money.on, "can_top_up": desk.money.till is not None}


@router.get("", response_model=shapes.AccountShape)
async def get_credits(desk: TheDesk, caller: TheCaller, user: TheUser, user_id: _Whose = None) -> Response:
    """What is there, what is held for executions that go on, and today's limits."""
    return answer(await _shown(desk, await _whose(desk, caller, user, user_id)))


@router.get("/ledger", response_model=Listed[shapes.EntryShape])
async def list_ledger(  # noqa: PLR0913, PLR0917  the filters that there are; FastAPI passes them by name
    desk: TheDesk,
    caller: TheCaller,
    user: TheUser,
    page: ThePage,
    user_id: _Whose = None,
    type: shapes.EntryType | None = None,  # noqa: A002  so it is called in the API
    execution_id: Annotated[str | None, Query(pattern=ID_PATTERN)] = None,
    project_id: Annotated[str | None, Query(pattern=ID_PATTERN)] = None,
    created_after: Annotated[AwareDatetime | None, Query()] = None,
    created_before: Annotated[AwareDatetime | None, Query()] = None,
) -> Response:
    """Everything that was ever booked, the newest first."""
    only = EntryFilter(type, execution_id, project_id, created_after, created_before)
    items, cursor = await desk.money.ledger.page(await _whose(desk, caller, user, user_id), page, only)
    return answer({"items": items, "next_cursor": cursor})


@router.get("/statement.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def get_statement(
    desk: TheDesk, caller: TheCaller, user: TheUser, first: _First, last: _Last, user_id: _Whose = None
) -> Response:
    """All that changed the balance in these days, with the balance before and after."""
    whose = await _whose(desk, caller, user, user_id)
    told = await desk.money.ledger.statement(whose, *_span(first, last), MOST)
    if told is None:
        raise invalid(["query", "to"], f"These are more than {MOST:,} entries. Ask for fewer days.")
    name = f'attachment; filename="groove-{first}-{last}.csv"'
    headers = {"content-disposition": name, "x-content-type-options": "nosniff"}
    return Response(csv_of(told, first, last), media_type="text/csv", headers=headers)


@router.post("/grant", response_model=shapes.AccountShape)
async def grant_credits(body: bodies.NewGrant, request: Request, desk: TheDesk, caller: TheAdmin) -> Response:
    """Give credits away."""
    _on(desk)

    async def work(ids: Ids) -> Response:
        user = await _whose(desk, caller, caller.user_id, body.user_id)
        command = Grant(amount=body.amount, key=ids.mint("grant"), reason=body.reason)
        return await _book(desk, ids, user, command)

    return await once(request, desk, caller.user_id, work)


@router.post("/adjust", response_model=shapes.AccountShape)
async def adjust_credits(body: bodies.Adjustment, request: Request, desk: TheDesk, caller: TheAdmin) -> Response:
    """Put something right, in either direction."""
    _on(desk)

    async def work(ids: Ids) -> Response:
        user = await _whose(desk, caller, caller.user_id, body.user_id)
        command = Adjust(amount=body.amount, key=ids.mint("adjust"), reason=body.reason)
        return await _book(desk, ids, user, command)

    return await once(request, desk, caller.user_id, work)


@router.put("/budgets", response_model=shapes.AccountShape)
async def set_budgets(body: bodies.Budgets, desk: TheDesk, caller: TheCaller, user: TheUser) -> Response:
    """Most that may be spent in a day."""
    _on(desk)
    whose = await _whose(desk, caller, user, body.user_id)
    for project_id in body.projects:
        if await desk.projects.find(whose, project_id) is None:
            raise invalid(["body", "projects", project_id], "There is no such project.", "unknown-project")
    for project_id, daily in body.projects.items():
        await _limit_project(desk, whose, project_id, daily)
    if "daily" in body.model_fields_set:
        admin = body.user_id is not None and caller.admin
        await _book(desk, Ids(), whose, SetBudget(daily=body.daily, admin=admin))
        thing = Thing("user", whose)
        await desk.acts.note(caller, "budget.set", thing, f"{'admin, ' if admin else ''}daily: {body.daily}")
    return answer(await _shown(desk, whose))


async def _limit_project(desk: Desk, user: UserId, project_id: str, daily: int | None) -> None:
    project = await desk.projects.find(user, project_id)
    if project is not None:
        kept = {name: value for name, value in project.settings.items() if name != "daily_budget"}
        settings = kept if daily is None else kept | {"daily_budget": daily}
        await desk.projects.change(user, project_id, {"settings": settings})


@router.get("/reconciliation", response_model=shapes.ReconciledShape)
async def get_reconciliation(desk: TheDesk, _caller: TheAdmin, first: _First, last: _Last) -> Response:
    """The ledgers against what providers are known to have taken, by day, provider and model."""
    items = await desk.money.reconciled.between(*_span(first, last))
    if items is None:
        raise invalid(["query", "to"], "That is too much for one report. Ask for fewer days.")
    return answer({"items": items, "difference": sum(item["difference"] for item in items)})


@router.post("/checkout", status_code=201, response_model=shapes.CheckoutShape)
async def buy_credits(body: bodies.NewCheckout, request: Request, desk: TheDesk, caller: TheCaller) -> Response:
    """Begin to buy credits: gives an address of Stripe to pay at. They are there when Stripe says that it was paid."""
    till = desk.money.till
    if till is None:
        raise Problem(404, "not-found", "Credits cannot be bought here.")

    async def work(ids: Ids) -> Response:
        come_back = f"{(desk.money.public_url or str(request.base_url)).rstrip('/')}/"
        try:
            made, url = await till.offer(ids.mint("checkout"), caller.user_id, body.amount, come_back)
        except NotReached as error:
            raise unavailable("Stripe does not answer now. Nothing was paid. Try again.") from error
        said = {"id": made.id, "amount": made.amount, "price": made.price, "currency": made.currency, "url": url}
        return answer(said, 201)

    return await once(request, desk, caller.user_id, work)
