"""One's own accounts at providers: what is started is paid with them. Keys are never given back."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from gateway.desk import Desk
from gateway.http.asking import TheCaller, TheDesk, answer, is_id
from gateway.http.body import StrictRoute
from gateway.http.once import Ids, once
from gateway.http.problems import Problem, invalid, not_found
from gateway.http.shapes import Listed
from gateway.http.shapes_accounts import AccountChange, AccountShape, NewAccount
from gateway.library.accounts import Account, NameTaken
from gateway.library.acts import Thing
from kit.sealing import SecretKeys

router = APIRouter(prefix="/api/accounts", tags=["accounts"], route_class=StrictRoute)


def show(account: Account) -> dict[str, Any]:
    checked = account.checked_at is not None
    return {
        "id": account.id,
        "name": account.name,
        "provider": account.provider,
        "base": account.base,
        "default": account.is_default,
        "key_last4": account.last4,
        "health": "failing" if account.last_error else "ok" if checked else "unknown",
        "last_check_at": account.checked_at,
        "last_error": account.last_error,
        "remaining_quota": None,
        "created_at": account.created_at,
        "updated_at": account.updated_at,
        "last_used_at": account.last_used_at,
    }


@router.post("", status_code=201, response_model=AccountShape)
async def add_account(body: NewAccount, request: Request, desk: TheDesk, caller: TheCaller) -> Response:
    """Keep a key of yours, encrypted. What is started from now on is done with it, where it is the default."""
    keys = _keys(desk)
    _check_provider(desk, body.provider)
    _check_base(desk, body.base)

    async def work(ids: Ids) -> Response:
        now, id_ = desk.clock(), ids.mint("account")
        new = Account(
            id_, caller.user_id, body.name, body.provider, body.base, body.default, "", created_at=now, updated_at=now
        )
        try:
            account = await desk.accounts.add(new, body.key, keys)
        except NameTaken as error:
            there = await desk.accounts.find(caller.user_id, id_)
            if there is None:
                message = f"You have an account {body.name!r} already."
                raise Problem(409, "name-taken", message, errors=[{"loc": ["body", "name"], "message": message}]) from (
                    error
                )
            account = there
        await desk.acts.note(caller, "account.added", Thing("account", id_, body.name), f"at {body.provider}")
        return answer(show(account), 201, location=f"/api/accounts/{id_}")

    return await once(request, desk, caller.user_id, work)


@router.get("", response_model=Listed[AccountShape])
async def list_accounts(desk: TheDesk, caller: TheCaller) -> Response:
    accounts = await desk.accounts.list(caller.user_id)
    return answer({"items": [show(account) for account in accounts], "next_cursor": None})


@router.get("/{account_id}", response_model=AccountShape)
async def get_account(account_id: str, desk: TheDesk, caller: TheCaller) -> Response:
    return answer(show(await _the(desk, caller.user_id, account_id)))


@router.patch("/{account_id}", response_model=AccountShape)
async def change_account(account_id: str, body: AccountChange, desk: TheDesk, caller: TheCaller) -> Response:
    """Give it another key or base, or make it the provider's default. Workers use the old key for a minute at most."""
    account = await _the(desk, caller.user_id, account_id)
    if body.key is not None:
        _keys(desk)
    _check_base(desk, body.base)
    changes: dict[str, Any] = {"base": body.base} if "base" in body.model_fields_set else {}
    if body.default:
        changes["is_default"] = True
    changed = await desk.accounts.change(account, changes, body.key)
    said = ", ".join(sorted(body.model_fields_set))
    await desk.acts.note(caller, "account.changed", Thing("account", account.id, account.name), said)
    return answer(show(changed))


@router.delete("/{account_id}", status_code=204, response_class=Response)
async def delete_account(account_id: str, desk: TheDesk, caller: TheCaller) -> Response:
    """With its key. Work that was started with it and not yet sent fails, and says why."""
    account = await _the(desk, caller.user_id, account_id)
    await desk.accounts.remove(account)
    await desk.acts.note(caller, "account.deleted", Thing("account", account.id, account.name))
    return Response(status_code=204)


async def _the(desk: Desk, user: str, account_id: str) -> Account:
    account = await desk.accounts.find(user, account_id) if is_id(account_id) else None
    if account is None:
        raise not_found("account")
    return account


def _keys(desk: Desk) -> SecretKeys:
    if desk.accounts.keys is None:
        detail = (
            "Keys cannot be kept here: nothing to encrypt them with is configured. The operator sets "
            "GROOVE_SECRET_KEYS, as in docs/accounts.md."
        )
        raise Problem(503, "not-configured", detail)
    return desk.accounts.keys


def _check_provider(desk: Desk, name: str) -> None:
    provider = desk.book().provider(name)
    if provider is None:
        raise invalid(["body", "provider"], f"There is no provider {name!r}.", "unknown-provider")
    if not provider.keyed:
        raise invalid(["body", "provider"], f"{provider.title} needs no key.")


def _check_base(desk: Desk, base: str | None) -> None:
    """A worker goes where a base leads, with a key in hand: only the operator says where that may be."""
    if base is not None and base not in desk.bounds.account_origins:
        message = f"{base} is not among the origins that this installation allows (GROOVE_ACCOUNT_ORIGINS)."
        raise invalid(["body", "base"], message)
