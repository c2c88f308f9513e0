"""A page that is loaded again in the middle of a run goes on showing it: nothing lost, nothing twice."""

from playwright.sync_api import expect

from canvas.board import Canvas
from support.api import edge, node, workflow
from support.vendor import Vendor

PAINTER = {"provider": "fake", "model": "fake-painter"}


def test_a_run_goes_on_while_the_page_is_loaded_again(canvas: Canvas, vendor: Vendor, word: str):
    words, paint = node("words", "text", text=f"a mill {word}"), node("paint", "text_to_image", **PAINTER)
    graph = canvas.draw(workflow(words, paint, edges=(edge("words.text", "paint.prompt"),)))
    vendor.takes(2.5)
    try:
        canvas.page.get_by_role("button", name="Run", exact=True).first.click()
        expect(canvas.node("paint").locator(".is-running")).to_be_visible()
        canvas.page.reload()
        expect(canvas.node("paint").locator(".is-running")).to_be_visible()
        expect(canvas.node("words").locator(".is-completed, .is-cached")).to_be_visible()
    finally:
        vendor.takes(0)
    expect(canvas.node("paint").locator(".is-completed")).to_be_visible()
    expect(canvas.node("paint").locator("img")).to_be_visible()
    (run,) = canvas.api.get(f"/api/executions/?graph_id={graph['id']}")["items"]
    assert len(vendor.jobs(run["id"])) == 1
    canvas.page.reload()
    expect(canvas.node("paint").locator("img")).to_be_visible()
