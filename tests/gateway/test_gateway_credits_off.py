"""An installation that charges nobody."""


def test_without_credits_nothing_is_booked_and_nothing_can_be_bought(api):
    there = api.get("/api/credits").json()
    assert (there["enabled"], there["can_top_up"], there["balance"]) == (False, False, 0)
    body = {"user_id": "local", "amount": 5, "reason": "x"}
    assert api.post("/api/credits/grant", json=body).json()["type"] == "/problems/credits-off"
    assert api.put("/api/credits/budgets", json={"daily": 5}).status_code == 409
    assert api.post("/api/credits/checkout", json={"amount": 100_000_000}).status_code == 404
    hook = api.post("/api/webhooks/stripe", content=b"{}", headers={"content-type": "application/json"})
    assert hook.status_code == 404
    assert api.get("/api/credits/ledger").json() == {"items": [], "next_cursor": None}
