"""Runs that are paid for, over HTTP: what is held, charged, shown, limited, bought and taken back."""

import csv
import io
import json
import time
from datetime import date, timedelta

import pytest
from gateway_house import house_in_a_thread, settings_for
from paying_house import CREDIT, KEY, SIGNING, done, doubt, hook, paying, says, signed, stripe_server, until

from contracts.failures import Failure, FailureKind
from gateway.rebuild.work import check
from orchestrator.replaying.verify import verify
from providers.catalogue import book
from support.api import edge, node, workflow
from support.servers import unique

TODAY = date.today


@pytest.fixture(scope="module")
def stripe():
    with stripe_server() as vendor:
        yield vendor


@pytest.fixture(scope="module")
def place(new_database):
    return new_database()


@pytest.fixture(scope="module")
def bank(nats_url, place, s3, stripe):
    more = {"stripe_secret_key": KEY, "stripe_webhook_secret": SIGNING, "stripe_api_base": stripe.url}
    settings = settings_for(
        nats_url, place, s3, unique(), providers="local,fake", credits="on", answer_timeout_s=20, **more
    )
    with house_in_a_thread(settings, paying) as it:
        yield it


@pytest.fixture
def api(bank):
    """With an empty account."""
    with bank.client() as client:
        for run in client.get("/api/executions/", params={"state": "running"}).json()["items"]:
            client.delete(f"/api/executions/{run['id']}")
        there = until(lambda: account(client), lambda one: not one["reserved"])["balance"]
        if there:
            adjusted(client, -there)
        yield client


def adjusted(api, amount):
    body = {"user_id": "local", "amount": amount, "reason": "for a test"}
    answer = api.post("/api/credits/adjust", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def paid(count=1):
    """So many texts, ten for a credit, and none that was made before."""
    return workflow(
        *(
            node(f"n{n}", "text_to_text", prompt=f"{unique()}", provider="fake", model="fake-writer")
            for n in range(count)
        )
    )


def start(api, flow, **more):
    return api.post("/api/executions/", json={"graph": flow, **more})


def account(api):
    return api.get("/api/credits").json()


def refused(answer, status, type_):
    assert answer.status_code == status, answer.text
    assert answer.json()["type"] == f"/problems/{type_}"
    return answer.json()


def settled(api, balance):
    there = until(lambda: account(api), lambda one: one["balance"] == balance and not one["reserved"])
    assert there["available"] == balance
    return there


def test_what_a_run_may_cost_is_held_before_it_begins_and_what_it_cost_is_charged_when_it_is_over(api, bank):
    adjusted(api, CREDIT)
    run = start(api, paid(2)).json()["id"]
    assert (account(api)["reserved"], account(api)["available"]) == (200_000, 800_000)
    says(bank, run, "n0", done(100_000))
    says(bank, run, "n1", done(70_000, "computed"))
    assert settled(api, 830_000)["spent_today"] >= 170_000
    entries = api.get("/api/credits/ledger", params={"execution_id": run}).json()["items"]
    assert [(one["type"], one["amount"], one["held"]) for one in entries] == [
        ("release", 0, -30_000),
        ("capture", -170_000, -170_000),
        ("reserve", 0, 200_000),
    ]
    assert entries[1]["basis"] == "computed"


def test_without_enough_nothing_begins_and_the_refusal_says_how_much(api):
    adjusted(api, 150_000)
    problem = refused(start(api, paid(2)), 402, "insufficient-credits")
    assert "0.2" in problem["detail"]
    assert "0.15" in problem["detail"]
    assert account(api)["reserved"] == 0
    assert start(api, paid(2), budget=100_000).json()["state"] == "running", "a budget is held where it is less"


def test_what_costs_nothing_needs_no_credits(api):
    adjusted(api, -CREDIT)
    flow = workflow(node("free", "text_to_text", prompt="free", provider="local"))
    assert start(api, flow).status_code == 202
    refused(start(api, paid()), 402, "insufficient-credits")


def test_more_than_was_held_may_be_charged_and_then_nothing_new_begins(api, bank):
    adjusted(api, 100_000)
    run = start(api, paid()).json()["id"]
    says(bank, run, "n0", done(400_000))
    settled(api, -300_000)
    refused(start(api, paid()), 402, "insufficient-credits")


def test_a_node_that_cannot_be_paid_any_more_stops_before_the_call(api, bank):
    adjusted(api, 250_000)
    first, then = (
        node(name, "text_to_text", prompt=f"{name} {unique()}", provider="fake", model="fake-writer")
        for name in ("first", "then")
    )
    run = start(api, workflow(first, then, edges=(edge("first.text", "then.context"),))).json()["id"]
    says(bank, run, "first", done(240_000))
    shown = until(lambda: api.get(f"/api/executions/{run}").json(), lambda one: one["state"] == "failed")
    error = next(one for id_, one in shown["nodes"].items() if id_ == "then")["error"]
    assert error["kind"] == "budget_exceeded"
    assert error["message"].startswith("Stopped before the call")
    settled(api, 10_000)
    adjusted(api, CREDIT)
    assert api.post(f"/api/executions/{run}/resume").status_code == 202
    says(bank, run, "then", done(100_000))
    settled(api, 910_000)


def test_what_is_in_doubt_stays_held_until_it_is_settled(api, bank):
    adjusted(api, CREDIT)
    run = start(api, paid()).json()["id"]
    says(bank, run, "n0", doubt(Failure(kind=FailureKind.IN_DOUBT, message="Who knows.")))
    until(lambda: api.get(f"/api/executions/{run}").json(), lambda one: one["state"] == "failed")
    assert account(api)["reserved"] == 100_000
    assert api.post(f"/api/executions/{run}/nodes/n0/settle", json={"action": "fail"}).status_code == 200
    settled(api, CREDIT)
    says(bank, run, "n0", done(90_000))
    settled(api, 910_000)


def test_budgets_of_the_day_stop_what_would_exceed_them(api):
    adjusted(api, 10 * CREDIT)
    spent = account(api)["spent_today"]
    there = api.put("/api/credits/budgets", json={"daily": spent + 150_000}).json()
    assert there["budgets"]["daily"] == spent + 150_000
    problem = refused(start(api, paid(2)), 402, "budget-exceeded")
    assert "budget of the day" in problem["detail"]
    api.put("/api/credits/budgets", json={"daily": None})
    project = api.post("/api/projects/", json={"name": "Careful", "settings": {"daily_budget": 50_000}}).json()["id"]
    problem = refused(start(api, paid(), project_id=project), 402, "budget-exceeded")
    assert problem["detail"].startswith("The project's budget of the day is 0.05 credits")
    body = {"projects": {project: 500_000}}
    assert api.put("/api/credits/budgets", json=body).json()["budgets"]["projects"][project]["daily"] == 500_000
    assert start(api, paid(), project_id=project).status_code == 202


@pytest.mark.parametrize("amount", [-1, 0, 0.5, 1e300, "NaN", "12", 10**16, True, None])
def test_an_amount_that_is_none_is_refused_by_name_and_nothing_is_booked(api, amount):
    before = account(api)
    for path, body in (
        ("/api/credits/grant", {"user_id": "local", "amount": amount, "reason": "x"}),
        ("/api/credits/checkout", {"amount": amount}),
    ):
        answer = api.post(path, json=body)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["loc"] == ["body", "amount"]
    assert account(api) == before
    raw = api.post(
        "/api/credits/grant",
        content=b'{"user_id":"local","amount":NaN,"reason":"x"}',
        headers={"content-type": "application/json"},
    )
    assert raw.status_code == 400


def test_an_account_of_nobody_is_not_there(api):
    refused(api.get("/api/credits", params={"user_id": "nobody"}), 404, "unknown-user")
    body = {"user_id": "nobody", "amount": 5, "reason": "x"}
    refused(api.post("/api/credits/grant", json=body), 404, "unknown-user")


def test_a_grant_with_a_key_is_given_once(api):
    body, key = {"user_id": "local", "amount": 7, "reason": "Welcome."}, {"idempotency-key": unique()}
    assert api.post("/api/credits/grant", json=body, headers=key).json()["balance"] == 7
    assert api.post("/api/credits/grant", json=body, headers=key).json()["balance"] == 7
    assert account(api)["balance"] == 7


def test_a_statement_begins_and_ends_with_the_balance_and_no_cell_is_a_formula(api):
    body = {"user_id": "local", "amount": -3 * CREDIT, "reason": '=HYPERLINK("http://evil")'}
    api.post("/api/credits/adjust", json=body)
    days = {"from": f"{TODAY() - timedelta(days=1)}", "to": f"{TODAY() + timedelta(days=1)}"}
    answer = api.get("/api/credits/statement.csv", params=days)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert (rows[0]["type"], rows[-1]["type"]) == ("opening", "closing")
    changes = sum(round(float(row["amount"]) * CREDIT) for row in rows[1:-1])
    assert round(float(rows[0]["balance"]) * CREDIT) + changes == round(float(rows[-1]["balance"]) * CREDIT)
    assert rows[-2]["description"].startswith("'=")
    refused(
        api.get("/api/credits/statement.csv", params={"from": "2026-02-01", "to": "2026-01-01"}), 422, "invalid-request"
    )


def test_the_ledger_is_paged_and_its_sums_are_the_account(api):
    adjusted(api, 5)
    items, cursor = [], None
    while True:
        page = api.get("/api/credits/ledger", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        items, cursor = items + page["items"], page["next_cursor"]
        if cursor is None:
            break
    there = account(api)
    assert sum(one["amount"] for one in items) == there["balance"] == items[0]["balance"]
    assert sum(one["held"] for one in items) == there["reserved"]
    assert len({one["id"] for one in items}) == len(items)


def some_calls(api, bank, count=5):
    adjusted(api, CREDIT)
    run = start(api, paid(count)).json()["id"]
    for n in range(count):
        says(bank, run, f"n{n}", done(60_000, ("reported", "computed")[n % 2]))
    until(lambda: account(api), lambda one: not one["reserved"])


def test_ledgers_and_what_providers_reported_agree(api, bank):
    some_calls(api, bank)
    days = {"from": f"{TODAY() - timedelta(days=1)}", "to": f"{TODAY() + timedelta(days=1)}"}
    told = until(lambda: api.get("/api/credits/reconciliation", params=days).json(), lambda one: one["difference"] == 0)
    line = next(one for one in told["items"] if one["model"] == "fake-writer")
    assert line["captured"] == line["reported"] + line["computed"] > line["computed"] > 0


def test_an_estimate_says_how_much_and_where_from(api, bank):
    project = api.post("/api/projects/", json={"name": "New"}).json()["id"]
    told = api.post("/api/executions/estimate", json={"graph": paid(2), "project_id": project}).json()
    assert (told["cost"], told["low"], told["expected"], told["high"]) == (200_000,) * 4
    assert "price per text" in told["nodes"]["n0"]["basis"]
    free = workflow(node("free", "text_to_text", prompt="free", provider="local"))
    assert api.post("/api/executions/estimate", json={"graph": free}).json()["nodes"]["free"]["high"] == 0
    some_calls(api, bank)
    told = api.post("/api/executions/estimate", json={"graph": paid()}).json()
    assert told["nodes"]["n0"]["basis"].startswith("median of the last")
    assert told["low"] <= told["expected"] <= told["high"] == 100_000


def test_what_was_made_before_is_estimated_free_and_needs_nothing_held(api, bank):
    adjusted(api, 100_000)
    flow = paid()
    run = start(api, flow).json()["id"]
    says(bank, run, "n0", done(100_000))
    settled(api, 0)
    told = until(
        lambda: api.post("/api/executions/estimate", json={"graph": flow}).json(), lambda one: one["cost"] == 0
    )
    assert told["nodes"]["n0"]["basis"] == "free: made before"
    again = start(api, flow).json()
    until(lambda: api.get(f"/api/executions/{again['id']}").json(), lambda one: one["state"] == "completed")


def test_ledgers_are_made_again_from_the_log_and_add_up(api, bank, place):
    some_calls(api, bank, 2)
    desk = bank.service.desk
    assert bank.do(check(place, desk.log, desk.subjects)).compared.equal
    records = bank.do(desk.log.read())
    told = verify(desk.subjects, records, lambda day: book(("local", "fake"), on=day), quiet_before=records[0].time)
    assert [str(flaw) for flaw in told.flaws] == []
    assert any(record.subject.endswith(".credit.local.local") for record in records)


# Stripe


def bought(api, amount=500 * CREDIT):
    answer = api.post("/api/credits/checkout", json={"amount": amount})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_what_was_paid_is_there_once_however_often_it_is_told(api, stripe):
    checkout = bought(api)
    assert checkout["url"].startswith("https://checkout.stripe.test/")
    asked = stripe.asked[-1]
    assert (asked["mode"], asked["client_reference_id"]) == ("payment", checkout["id"])
    assert asked["line_items[0][price_data][unit_amount]"] == "500"
    assert account(api)["balance"] == 0
    told = stripe.paid(checkout["id"])
    for one in (told, told, stripe.paid(checkout["id"])):
        assert hook(api, one).json() == {"received": True, "booked": True}
    assert account(api)["balance"] == 500 * CREDIT


def test_the_same_request_for_a_checkout_is_the_same_checkout(api):
    key, body = {"idempotency-key": unique()}, {"amount": 100 * CREDIT}
    first = api.post("/api/credits/checkout", json=body, headers=key).json()
    assert api.post("/api/credits/checkout", json=body, headers=key).json() == first


def test_what_stripe_has_not_signed_is_not_read(api, stripe):
    told = stripe.paid(bought(api)["id"])
    body = json.dumps(told)
    headers = {"content-type": "application/json"}
    forged = [
        {},
        {"stripe-signature": "t=1,v1=00"},
        {"stripe-signature": signed(body, "whsec_other")},
        {"stripe-signature": signed(body, at=time.time() - 3600)},
        {"stripe-signature": signed(body + " ")},
    ]
    for one in forged:
        refused(api.post("/api/webhooks/stripe", content=body, headers=headers | one), 400, "bad-signature")
    assert account(api)["balance"] == 0


@pytest.mark.parametrize(
    "change",
    [{"amount_total": 1}, {"amount_total": 10**9}, {"currency": "jpy"}, {"client_reference_id": "another"}],
)
def test_what_does_not_fit_what_was_offered_is_not_booked(api, stripe, change):
    refused(hook(api, stripe.paid(bought(api)["id"], **change)), 422, "does-not-fit")
    assert account(api)["balance"] == 0


def test_what_is_not_paid_yet_or_is_none_of_ours_is_heard_and_not_booked(api, stripe):
    checkout = bought(api)
    hook(api, stripe.paid(checkout["id"], payment_status="unpaid"))
    other = stripe.paid(checkout["id"], id="cs_of_another_shop")
    assert hook(api, other).json() == {"received": True, "booked": False}
    assert hook(api, {**other, "type": "customer.created"}).json()["booked"] is False
    assert account(api)["balance"] == 0


def test_what_goes_back_is_taken_in_whatever_order_it_is_told(api, stripe):
    checkout = bought(api)["id"]
    assert hook(api, stripe.refunded(checkout, 300)).json()["booked"] is False
    hook(api, stripe.paid(checkout))
    assert account(api)["balance"] == 200 * CREDIT
    for amount in (100, 300, 500, 300):
        hook(api, stripe.refunded(checkout, amount))
    assert account(api)["balance"] == 0


def test_a_dispute_takes_it_away_and_gives_it_back_when_it_is_won(api, stripe):
    checkout = bought(api)["id"]
    hook(api, stripe.paid(checkout))
    adjusted(api, -400 * CREDIT)
    hook(api, stripe.disputed(checkout, 500, "needs_response"))
    assert account(api)["balance"] == -400 * CREDIT
    refused(start(api, paid()), 402, "insufficient-credits")
    hook(api, stripe.disputed(checkout, 500, "won"))
    hook(api, stripe.disputed(checkout, 500, "needs_response"))
    assert account(api)["balance"] == 100 * CREDIT


def test_stripe_out_of_order_is_said_without_its_key(api, stripe):
    stripe.broken = True
    try:
        problem = refused(api.post("/api/credits/checkout", json={"amount": 100 * CREDIT}), 503, "not-answered")
    finally:
        stripe.broken = False
    assert KEY not in str(problem)
    assert KEY in str(stripe.headers[-1]), "it was shown to Stripe alone"
