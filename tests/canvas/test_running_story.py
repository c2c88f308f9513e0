"""Runs on the board: begun from the keyboard, watched, gone back in, resumed, compared, several at once."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from canvas.board import Canvas
from support.api import edge, node, workflow
from support.vendor import Vendor

PAINTER = {"provider": "fake", "model": "fake-painter"}
WRITER = {"provider": "fake", "model": "fake-writer"}
EYE = {"provider": "fake", "model": "fake-eye"}
AN_HOUR_FAST = "{ const now = Date.now.bind(Date); Date.now = () => now() + 3_600_000; }"


def put(x: int, y: int, what: dict[str, Any]) -> dict[str, Any]:
    return what | {"position": {"x": x, "y": y}}


def paid(word: str) -> dict[str, Any]:
    return workflow(
        put(0, 0, node("paint", "text_to_image", prompt=f"paint {word}", **PAINTER)),
        put(320, 0, node("look", "image_to_text", **EYE)),
        put(320, 320, node("poem", "text_to_text", prompt=f"poem {word}", **WRITER)),
        edges=(edge("paint.image", "look.image"),),
    )


def ended(canvas: Canvas, word: str) -> None:
    expect(canvas.page.locator(".run-bar .state")).to_have_text(word)


def chip(canvas: Canvas, node_id: str, words: str | re.Pattern[str]) -> None:
    expect(canvas.node(node_id).locator(".card header .state")).to_contain_text(words)


def test_a_run_begins_with_a_key_costs_what_was_said_and_is_explained(canvas: Canvas, word: str):
    graph = canvas.draw(paid(word))
    page = canvas.page
    price = page.locator(".run-bar .run small")
    expect(price).to_contain_text("cr")
    page.keyboard.press("Control+Enter")
    ended(canvas, "Done")
    run = canvas.api.get(f"/api/executions/?graph_id={graph['id']}")["items"][0]
    assert run["cost"] > 0
    expect(page.locator(".run-bar .took")).to_contain_text(f"{run['cost'] / 1e6:g} cr")
    expect(price).to_have_text("free")  # all of it was made
    canvas.axe()

    canvas.node("poem").click(position={"x": 20, "y": 20})
    page.keyboard.press("Shift+Control+Enter")  # to the chosen node, and no further
    chip(canvas, "poem", "from cache")
    expect(canvas.node("paint").locator(".card.is-idle")).to_be_visible()
    canvas.node("poem").locator("header .state").click()
    why = page.get_by_role("dialog", name=re.compile("^Why"))
    expect(why).to_contain_text("you already had a result with the same recipe")
    canvas.axe()
    page.keyboard.press("Escape")
    expect(why).to_be_hidden()
    expect(canvas.node("poem").locator("header .state")).to_be_focused()


def slide(page: Page, key: str) -> None:
    page.get_by_role("slider", name="Moment of the run").press(key)


def test_what_failed_says_what_to_do_and_every_moment_of_it_can_be_looked_at(canvas: Canvas, vendor: Vendor, word: str):
    vendor.will("transient", match=f"paint {word}")
    vendor.will("content_policy", match=f"paint {word}")
    graph = canvas.draw(paid(word))
    page = canvas.page
    page.keyboard.press("Control+Enter")
    ended(canvas, "Failed")
    chip(canvas, "paint", "failed")
    expect(canvas.node("paint").locator(".trouble")).to_contain_text("Say it otherwise")
    expect(canvas.node("look").locator(".aside")).to_contain_text("did not succeed")
    canvas.axe()
    page.get_by_role("button", name=re.compile("Runs")).click()
    page.get_by_role("button", name="Resume").click()
    ended(canvas, "Done")
    (run,) = canvas.api.get(f"/api/executions/?graph_id={graph['id']}")["items"]
    _as_the_server_says(canvas, run["id"])
    page.get_by_role("button", name="Now").click()
    chip(canvas, "look", "done")


def _as_the_server_says(canvas: Canvas, run: str) -> None:
    """Step by step through what happened, the board shows what the server says of that position."""
    events = canvas.api.get(f"/api/executions/{run}/events?limit=1000")["items"]
    assert {"node_retrying", "node_failed", "node_skipped", "execution_resumed"} <= {event["event"] for event in events}
    slide(canvas.page, "Home")
    moment = canvas.page.locator(".timeline .moment")
    expect(moment).to_have_text("Before it began")
    for event in events:
        slide(canvas.page, "ArrowRight")
        if event["event"] == "execution_resumed":
            continue  # told before what it puts back; see recorded.test.ts
        then = canvas.api.get(f"/api/executions/{run}?at={event['id']}")
        for node_id, there in then["nodes"].items():
            expect(canvas.node(node_id).locator(f".card.is-{there['state']}")).to_be_visible()


def test_runs_side_by_side_are_told_apart_cancelled_and_compared_and_no_clock_matters(
    canvas: Canvas, vendor: Vendor, word: str
):
    canvas.context.add_init_script(AN_HOUR_FAST)
    graph = canvas.draw(workflow(node("paint", "text_to_image", prompt=f"one {word}", **PAINTER)))
    page = canvas.page
    vendor.takes(30)
    try:
        page.keyboard.press("Control+Enter")
        chip(canvas, "paint", re.compile(r"(running|%)\s*[0-9] s"))
        first = page.url
        op = {"op": "change_node", "node_id": "paint", "params": {"prompt": f"two {word}"}}
        canvas.api.post(f"/api/graphs/{graph['id']}/edits", {"ops": [op]})
        expect(canvas.node("paint")).to_contain_text("two")
        vendor.takes(0)
        page.keyboard.press("Control+Enter")
        ended(canvas, "Done")
        assert page.url != first
        page.get_by_role("button", name="Runs 2 1 going").click()
        rows = page.locator(".run-list li")
        expect(rows).to_have_count(2)
        expect(rows.nth(1)).to_contain_text("Running")
        rows.nth(1).get_by_role("button", name="Cancel").click()
        expect(rows.nth(1)).to_contain_text("Cancelled")
        rows.nth(1).locator(".when").click()
        ended(canvas, "Cancelled")
        chip(canvas, "paint", "cancelled")
        assert page.url == first
    finally:
        vendor.takes(0)
    for box in page.locator(".run-list input").all():
        box.check()
    canvas.axe()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".diff-summary")).to_contain_text("1 node changed")
    expect(page.locator(".diff-fields")).to_contain_text(f"two {word}")
    canvas.axe()


def test_variables_are_asked_for_and_what_lacks_is_said_without_a_run(canvas: Canvas):
    words, tell = node("words", "text", text="a {{beast}}"), node("tell", "text_to_text")
    canvas.draw(workflow(put(0, 0, words), put(320, 0, tell)))
    page = canvas.page
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("needs a prompt")
    canvas.axe()
    page.get_by_role("alert").get_by_role("button", name="Show").click()
    expect(canvas.node("tell").locator('.card[data-selected="true"]')).to_be_visible()
    canvas.wire("words.text", "tell.prompt")
    canvas.saved()
    page.keyboard.press("Control+Enter")
    page.get_by_role("dialog").get_by_label("beast").fill("<b>fox</b>")
    canvas.axe()
    page.get_by_role("dialog").get_by_role("button", name="Run").click()
    ended(canvas, "Done")
    expect(canvas.node("tell")).to_contain_text("fox")
