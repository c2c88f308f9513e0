"""Two executions, compared."""

from typing import Any

from gateway.desk import Desk
from gateway.http.asking import is_id
from gateway.http.problems import Problem, not_found
from gateway.views.accounts import Account, Accounts
from gateway.views.diff import difference


async def diff(desk: Desk, user: str, a: str, b: str) -> dict[str, Any]:
    """
    Raises:
        Problem: one of them is not there, or never began.
    """  # noqa: D205, D212  only what it raises is worth saying
    accounts = Accounts(desk.log, desk.subjects, desk.graphs)
    return difference(await _account(desk, accounts, user, a, "a"), await _account(desk, accounts, user, b, "b"))


async def _account(desk: Desk, accounts: Accounts, user: str, run_id: str, which: str) -> Account:
    run = await desk.runs.find(user, run_id) if is_id(run_id) else None
    if run is None:
        problem = not_found("execution")
        message = f"There is no execution {run_id[:80]!r}."
        raise Problem(404, problem.type, message, errors=[{"loc": ["query", which], "message": message}])
    account = await accounts.of(run, await desk.runs.nodes(run.id))
    if account is None:
        message = f"Execution {run_id} never began, so there is nothing to compare."
        raise Problem(409, "not-begun", message, errors=[{"loc": ["query", which], "message": message}])
    return account
