"""Drawing a graph: with the mouse, with the keys, in two tabs; and what is not lost by it."""

import re

from playwright.sync_api import Locator, Page, expect

from canvas.board import Canvas
from support.api import edge, node, workflow


def test_a_graph_is_drawn_with_the_mouse_and_every_step_goes_back(canvas: Canvas):
    canvas.home()
    page = canvas.page
    page.get_by_role("button", name="Start from scratch").click()
    pane = page.locator(".react-flow__pane")
    pane.dblclick(position={"x": 420, "y": 60})
    page.get_by_role("combobox", name="Add a node").fill("generate im")
    page.keyboard.press("Enter")
    picture = canvas.named("Generate image")
    expect(picture).to_be_focused()
    kind = page.locator(".palette").get_by_role("button", name="Text", exact=True)
    kind.first.drag_to(pane, target_position={"x": 160, "y": 260})
    words = canvas.named("Text")
    field = page.get_by_role("textbox", name="Text")
    field.press("End")
    field.press_sequentially(" and a fox")
    _refused(canvas, _port(words, "text"), _port(picture, "character"))
    canvas.drag(_port(words, "text"), _port(picture, "prompt"))
    expect(canvas.edges()).to_have_count(1)
    output = _port(picture, "image")
    output.drag_to(pane, target_position={"x": 640, "y": 360})
    page.get_by_role("combobox", name="Nodes that fit").fill("vary")
    page.keyboard.press("Enter")
    expect(canvas.edges()).to_have_count(2)
    canvas.saved()
    drawn = canvas.graph()
    assert sorted(one["type"] for one in drawn["nodes"]) == ["image_to_image", "text", "text_to_image"]
    assert drawn["nodes"][1]["params"] == {"text": "Your words here and a fox"}
    page.reload()
    expect(canvas.edges()).to_have_count(2)
    for step in ("Undo: Add a node", "Undo: Connect", "Undo: Change text"):  # what was typed is one step
        page.get_by_role("button", name=step).click()
    expect(words).to_contain_text("Your words here")
    expect(words).not_to_contain_text("fox")
    page.keyboard.press("Control+Shift+Z")
    expect(words).to_contain_text("fox")
    canvas.saved()
    assert [one["type"] for one in canvas.graph()["nodes"]] == ["text_to_image", "text"]
    canvas.axe()


def _port(card: Locator, name: str) -> Locator:
    return card.locator(f'.react-flow__handle[data-handleid="{name}"]')


def _refused(canvas: Canvas, source: Locator, target: Locator) -> None:
    """What cannot take the wire steps back while it is dragged, and says why when it is dropped there all the same."""

    def dimmed() -> None:
        expect(target.locator("xpath=..")).to_have_attribute("data-dim", "true")
        expect(canvas.page.locator('.port-text[data-dim="false"]')).to_have_count(1)

    canvas.drag(source, target, during=dimmed)
    expect(canvas.page.get_by_text("Text.text is text; Generate image.character takes character.")).to_be_visible()
    expect(canvas.edges()).to_have_count(0)


def test_keys_move_rename_connect_find_and_delete(canvas: Canvas):
    picture = node("picture", "text_to_image") | {"position": {"x": 320, "y": 40}}
    canvas.draw(workflow(node("words", "text", text="a fox"), picture))
    page = canvas.page
    canvas.port("picture.image", "source").focus()
    page.keyboard.press("Space")
    page.keyboard.type("output")
    page.keyboard.press("Enter")
    expect(canvas.named("Output")).to_be_focused()
    canvas.port("words.text", "source").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("option", name="Generate image prompt")).to_be_visible()  # what is there comes first
    page.keyboard.press("Enter")
    expect(canvas.edges()).to_have_count(2)
    canvas.node("words").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+F10")
    canvas.axe()
    page.get_by_role("menuitem", name="Rename").press("Enter")
    expect(page.get_by_role("textbox", name="Name of the node")).to_be_focused()
    page.keyboard.type("Idea")
    page.keyboard.press("Enter")
    expect(canvas.named("Idea")).to_be_visible()
    canvas.named("Output").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Delete")
    expect(canvas.edges()).to_have_count(1)
    canvas.saved()
    moved = next(one for one in canvas.graph()["nodes"] if one["id"] == "words")
    assert (moved["title"], moved["position"]) == ("Idea", {"x": 0, "y": 20})
    page.keyboard.press("Control+f")
    page.keyboard.type("idea")
    page.keyboard.press("Enter")
    expect(canvas.node("words")).to_be_focused()


def test_two_tabs_draw_on_one_graph_and_neither_loses_anything(canvas: Canvas):
    graph = canvas.draw(workflow(node("words", "text", text="a fox")))
    mine, other = canvas.page, canvas.another_tab()
    theirs = other.open(graph["id"])
    expect(other.node("words")).to_be_visible()
    mine.bring_to_front()
    _adds(mine, "Generate image")
    expect(other.named("Generate image")).to_be_visible()
    _adds(theirs, "Note")
    _adds(theirs, "Output")
    expect(canvas.named("Output")).to_be_visible()
    expect(mine.locator(".note")).to_be_visible()
    _adds(mine, "Note")
    expect(theirs.locator(".note")).to_have_count(2)
    mine.get_by_role("button", name="Undo: Add a note").click()
    mine.get_by_role("button", name="Undo: Add Generate image").click()
    expect(other.named("Generate image")).to_have_count(0)
    expect(theirs.locator(".note")).to_have_count(1)
    canvas.saved()
    kept = canvas.graph()
    assert [one["type"] for one in kept["nodes"]] == ["text", "output"]
    assert len(kept["notes"]) == 1

    # what one tab could not send before it was closed, the next one sends
    canvas.allow("Failed to load resource")
    theirs.route("**/edits", lambda route: route.abort())
    _adds(theirs, "Enlarge")
    expect(theirs.locator(".saving")).to_have_text("Not saved yet")
    theirs.close()
    mine.reload()
    expect(canvas.named("Enlarge")).to_be_visible()
    canvas.saved()
    assert [one["type"] for one in canvas.graph()["nodes"]] == ["text", "output", "upscale"]

    # every version can be had again
    mine.get_by_role("button", name="What can be done with the graph").click()
    mine.get_by_role("menuitem", name="History").click()
    mine.get_by_role("button", name="Restore version 1", exact=True).click()
    expect(canvas.named("Output")).to_have_count(0)
    assert [one["id"] for one in canvas.graph()["nodes"]] == ["words"]


def _adds(page: Page, what: str) -> None:
    if what == "Note":
        page.get_by_role("button", name=re.compile("^Add a note")).click()
    else:
        page.locator(".palette").get_by_role("button", name=what, exact=True).last.click()


def test_settings_are_those_of_the_type_and_only_what_fits_is_sent(canvas: Canvas):
    picture = node("picture", "text_to_image", prompt="a fox", aspect_ratio="16:9")
    canvas.draw(
        workflow(
            picture,
            node("big", "upscale") | {"position": {"x": 320, "y": 0}},
            edges=(edge("picture.image", "big.image"),),
        )
    )
    page = canvas.page
    canvas.node("picture").click()
    page.get_by_text("More", exact=True).click()
    count = page.get_by_role("textbox", name="Count")
    count.fill("9")
    expect(page.get_by_text("From 1 to 8.").and_(page.locator(".trouble"))).to_be_visible()
    expect(count).to_have_attribute("aria-invalid", "true")
    prompt = page.get_by_role("textbox", name="Prompt", exact=True)
    prompt.fill("x" * 16_001)
    expect(page.get_by_text("At most 16,000 characters; these are 16,001.")).to_be_visible()
    page.get_by_role("combobox", name="Aspect ratio").select_option("4:3")
    page.get_by_role("combobox", name="Model").select_option("local/local-painter")
    canvas.axe()
    canvas.node("big").click()  # and back: what did not fit still waits in its field
    canvas.node("picture").click()
    expect(prompt).to_have_value("x" * 16_001)
    canvas.saved()
    params = canvas.graph()["nodes"][0]["params"]
    assert params == {"prompt": "a fox", "aspect_ratio": "4:3", "provider": "local", "model": "local-painter"}
    count.fill("2")
    prompt.fill("a hare")
    page.get_by_role("button", name="Aspect ratio: back to its own").click()
    canvas.saved()
    params = canvas.graph()["nodes"][0]["params"]
    assert params == {"prompt": "a hare", "count": 2, "provider": "local", "model": "local-painter"}


def test_notes_frames_and_order(canvas: Canvas):
    first, second = node("a", "text", text="one"), node("b", "text_to_image") | {"position": {"x": 37, "y": 220}}
    canvas.draw(workflow(first, second, edges=(edge("a.text", "b.prompt"),)))
    page = canvas.page
    canvas.node("a").click()
    canvas.node("b").click(modifiers=["Shift"])
    page.get_by_role("button", name="left", exact=True).click()
    page.keyboard.press("Control+g")
    page.get_by_role("textbox", name="Title").fill("Both")
    title = page.locator(".frame-title")
    expect(title).to_have_text("Both")
    box = title.bounding_box()
    assert box
    page.mouse.move(box["x"] + 8, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 48, steps=4)
    page.mouse.up()
    canvas.saved()
    graph = canvas.graph()
    places = {one["id"]: one["position"] for one in graph["nodes"]}
    assert places["a"]["x"] == places["b"]["x"] > 0, "the frame takes with it what it holds"
    assert graph["frames"][0]["title"] == "Both"
    page.get_by_role("button", name=re.compile("^Arrange")).click()
    expect(page.get_by_role("button", name="Undo: Arrange")).to_be_visible()
    canvas.saved()
    places = {one["id"]: one["position"] for one in canvas.graph()["nodes"]}
    assert places["b"]["x"] >= places["a"]["x"] + 240, "from left to right"
    canvas.axe()
