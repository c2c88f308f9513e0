"""From nothing to a picture: what somebody sees who has just started it."""

from playwright.sync_api import Response, expect

from canvas.board import Canvas
from support.api import edge, node, workflow

FIRST_LOAD_BYTES = 300_000
"""Of JavaScript, compressed."""


def test_a_template_is_one_click_away_and_one_key_runs_it(canvas: Canvas):
    page = canvas.home()
    expect(page.get_by_role("button", name="Start from scratch")).to_be_visible()
    page.get_by_role("button", name="From words to a variation").click()
    expect(canvas.named("Under northern lights")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(canvas.node("image").locator("img")).to_be_visible()


def test_all_that_a_graph_needs_to_be_shown_and_edited_is_small(canvas: Canvas):
    loaded: dict[str, int] = {}
    packed: list[bool] = []

    def note(response: Response) -> None:
        if response.request.resource_type == "script":
            loaded[response.url] = int(response.headers["content-length"])
            packed.append(response.headers.get("content-encoding") == "br")

    canvas.page.on("response", note)
    words, picture = node("words", "text", text="a fox"), node("picture", "text_to_image")
    canvas.draw(workflow(words, picture, edges=(edge("words.text", "picture.prompt"),)))
    expect(canvas.edges()).to_have_count(1)
    assert sum(packed) >= 2, loaded
    assert sum(loaded.values()) <= FIRST_LOAD_BYTES, loaded
