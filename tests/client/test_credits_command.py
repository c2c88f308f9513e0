"""`groove credits`: what it asks for, what it prints, and with which code it leaves."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from client.server import Reply, Server
from groove.cli import app

ACCOUNT = {
    "enabled": True,
    "can_top_up": True,
    "balance": 5_500_000,
    "reserved": 500_000,
    "available": 5_000_000,
    "spent_today": 250_000,
    "budgets": {"daily": 9_000_000, "admin_daily": None, "projects": {}},
}
LINE = {"day": "2026-11-21", "provider": "google", "model": "m", "captured": 5, "open": 0, "in_doubt": 0}
Groove = Callable[..., Result]


@pytest.fixture
def groove(server: Server) -> Groove:
    def invoke(*args: str) -> Result:
        environment = {"GROOVE_URL": server.url, "COLUMNS": "120"}
        return CliRunner().invoke(app, ["credits", *args], env=environment, catch_exceptions=False)

    return invoke


def test_an_account_is_told_in_credits(groove: Groove, server: Server):
    server.on("GET", "/api/credits", Reply(body=ACCOUNT))
    said = groove("show").stdout
    for part in ("available   5 credits", "balance     5.5, of which 0.5 are reserved", "budget      9 a day"):
        assert part in said


def test_amounts_go_out_in_whole_micro_credits(groove: Groove, server: Server):
    server.on("POST", "/api/credits/adjust", Reply(body=ACCOUNT))
    assert groove("adjust", "ann", "-1.5", "counted twice").exit_code == 0
    assert server.seen[-1].json == {
        "user_id": "ann",
        "amount": -1_500_000,
        "reason": "counted twice",
    }
    for amount in ("0.0000001", "nan", "1e300"):
        assert groove("grant", "ann", amount, "x").exit_code == 2


def test_ledgers_that_differ_are_said_by_the_exit_code(groove: Groove, server: Server):
    days = ("--from", "2026-11-01", "--to", "2026-11-30")
    line = LINE | {"reported": 5, "computed": 0, "estimated": 0, "difference": 0}
    server.on("GET", "/api/credits/reconciliation", Reply(body={"items": [line], "difference": 0}))
    assert groove("reconcile", *days).exit_code == 0
    server.on("GET", "/api/credits/reconciliation", Reply(body={"items": [], "difference": 1_000_000}))
    said = groove("reconcile", *days)
    assert said.exit_code == 1
    assert "differ by 1 credits" in said.stdout


def test_a_statement_is_saved_as_it_came(groove: Groove, server: Server, tmp_path: Path):
    server.on("GET", "/api/credits/statement.csv", Reply(raw=b"at,type\r\n"))
    file = tmp_path / "s.csv"
    assert groove("statement", "--from", "2026-11-01", "--to", "2026-11-30", "-o", str(file)).exit_code == 0
    assert file.read_bytes() == b"at,type\r\n"
