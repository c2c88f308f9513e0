"""The server is down, slow, or says no: what was edited is kept, said to be unsaved, and sent as soon as it can be."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import Route, expect

from canvas.board import Canvas
from groove_local.stack import Stack
from support.api import edge, node, workflow
from support.vendor import Vendor

ONE = workflow(node("words", "text", text="a fox"), name="One")
SLOW = {"provider": "fake", "model": "fake-painter"}
FAILED = "Failed to load resource"


def rename(canvas: Canvas, name: str) -> None:
    field = canvas.page.get_by_label("Name of the graph")
    field.fill(name)
    field.press("Enter")


def test_edits_made_while_the_server_is_away_are_sent_when_it_is_back(canvas: Canvas):
    canvas.allow(FAILED)
    canvas.draw(ONE)
    canvas.context.set_offline(True)
    rename(canvas, "Made offline")
    expect(canvas.page.locator(".saving")).to_contain_text("Not saved yet")
    canvas.context.set_offline(False)
    canvas.saved()
    assert canvas.graph()["name"] == "Made offline"


def test_edits_that_were_not_sent_survive_a_reload(canvas: Canvas):
    canvas.allow(FAILED)
    canvas.draw(ONE)
    canvas.page.route("**/edits", lambda route: route.abort())
    rename(canvas, "Kept")
    expect(canvas.page.locator(".saving")).to_contain_text("Not saved yet")
    canvas.page.reload()
    expect(canvas.page.get_by_label("Name of the graph")).to_have_value("Kept")
    canvas.page.unroute("**/edits")
    canvas.saved()
    assert canvas.graph()["name"] == "Kept"


def test_a_server_that_cannot_just_now_is_asked_again_and_does_it_once(canvas: Canvas):
    canvas.allow(FAILED)
    canvas.draw(ONE)
    problem = {"type": "/problems/unavailable", "title": "Unavailable", "status": 503, "detail": "Try again."}
    answers = [503, 500, 429]

    def busy(route: Route) -> None:
        if not answers:
            route.continue_()
            return
        status = answers.pop()
        route.fulfill(status=status, json=problem | {"status": status}, content_type="application/problem+json")

    canvas.page.route("**/edits", busy)
    rename(canvas, "After all")
    canvas.saved()
    expect(canvas.page.get_by_label("Name of the graph")).to_have_value("After all")
    graph = canvas.graph()
    assert (graph["name"], graph["version"]) == ("After all", 2)


def test_while_one_edit_is_on_its_way_others_wait_their_turn(canvas: Canvas):
    canvas.draw(ONE)
    sent: list[Route] = []

    def hold_the_first(route: Route) -> None:
        sent.append(route)
        if len(sent) > 1:
            route.continue_()

    canvas.page.route("**/edits", hold_the_first)
    rename(canvas, "First")
    expect(canvas.page.locator(".saving")).to_have_text(re.compile("Saving"))
    rename(canvas, "Second")
    expect(canvas.page.get_by_label("Name of the graph")).to_have_value("Second")
    assert len(sent) == 1
    sent[0].continue_()
    canvas.saved()
    assert (canvas.graph()["name"], canvas.graph()["version"]) == ("Second", 3)


def test_a_page_opened_while_the_server_is_away_waits_for_it(canvas: Canvas):
    canvas.allow(FAILED)
    graph = canvas.draw(ONE)
    canvas.page.route("**/api/**", lambda route: route.abort())
    canvas.page.reload()
    expect(canvas.page.get_by_text("The server does not answer")).to_be_visible()
    canvas.page.unroute("**/api/**")
    expect(canvas.node("words")).to_be_visible()
    assert graph["id"] == canvas.graph_id


def test_an_answer_that_is_no_json_breaks_nothing(canvas: Canvas):
    canvas.allow(FAILED)
    graph = canvas.api.post(f"/api/graphs/import?project_id={canvas.project}", ONE)
    html = {"status": 502, "body": "<html><h1>Bad gateway</h1></html>", "content_type": "text/html"}
    canvas.page.route("**/api/graphs/*", lambda route: route.fulfill(**html))
    canvas.page.goto(f"{canvas.url}/#/g/{graph['id']}")
    expect(canvas.page.get_by_text("The server could not do it just now.")).to_be_visible()
    canvas.page.unroute("**/api/graphs/*")
    canvas.page.reload()
    expect(canvas.node("words")).to_be_visible()


def test_a_gateway_killed_in_mid_run_leaves_no_wrong_state(canvas: Canvas, stack: Stack, vendor: Vendor, word: str):
    canvas.allow(FAILED)
    canvas.allow("ERR_")
    vendor.takes(2)
    try:
        words, paint = node("words", "text", text=f"a mill {word}"), node("paint", "text_to_image", **SLOW)
        graph = canvas.draw(workflow(words, paint, edges=(edge("words.text", "paint.prompt"),)))
        canvas.page.get_by_role("button", name="Run", exact=True).first.click()
        expect(canvas.node("paint").locator(".is-running")).to_be_visible()
        stack.kill("gateway")
        with ThreadPoolExecutor() as beside:  # in this thread runs the loop of the browser
            beside.submit(asyncio.run, stack.ready("gateway")).result()
        expect(canvas.node("paint").locator(".is-completed")).to_be_visible()
        expect(canvas.node("paint").locator("img")).to_be_visible()
        (run,) = canvas.api.get(f"/api/executions/?graph_id={graph['id']}")["items"]
        assert run["state"] == "completed"
    finally:
        vendor.takes(0)


def test_what_the_server_refuses_is_taken_back_with_its_reason(canvas: Canvas):
    canvas.allow(FAILED)
    graph = canvas.draw(ONE)
    problem = {"type": "/problems/over-limit", "title": "No", "status": 422, "detail": "That is one too many."}
    canvas.page.route(
        "**/edits", lambda route: route.fulfill(status=422, json=problem, content_type="application/problem+json")
    )
    rename(canvas, "Never")
    expect(canvas.page.get_by_text("That is one too many.")).to_be_visible()
    expect(canvas.page.get_by_label("Name of the graph")).to_have_value(graph["name"])
    canvas.saved()
