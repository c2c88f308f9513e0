"""Workflows and pictures into the canvas and out of it: dropped, pasted, downloaded."""

import json
from base64 import b64encode
from pathlib import Path

from playwright.sync_api import Locator, expect

from canvas.board import Canvas
from support.api import edge, node, workflow

CHAIN = workflow(
    node("words", "text", text="a fox"),
    node("picture", "text_to_image", resolution="512"),
    edges=(edge("words.text", "picture.prompt"),),
    name="A chain",
)
DROP = """(target, { name, type, letters }) => {
    const bytes = Uint8Array.from(atob(letters), (one) => one.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], name, { type }));
    const { left, top } = target.getBoundingClientRect();
    const at = { dataTransfer: data, bubbles: true, cancelable: true, clientX: left + 300, clientY: top + 120 };
    target.dispatchEvent(new DragEvent("dragover", at));
    target.dispatchEvent(new DragEvent("drop", at));
}"""


def drop(on: Locator, name: str, mime: str, content: bytes) -> None:
    on.wait_for()
    on.evaluate(DROP, {"name": name, "type": mime, "letters": b64encode(content).decode()})


def test_a_workflow_goes_out_and_comes_in_as_a_file_and_as_text(canvas: Canvas):
    canvas.draw(CHAIN)
    page = canvas.page
    with page.expect_download() as download:
        page.get_by_role("button", name="What can be done with the graph").click()
        page.get_by_role("menuitem", name="Download the workflow").click()
    assert download.value.suggested_filename == "A chain.json"
    file = Path(download.value.path()).read_bytes()
    pane = page.locator(".react-flow__pane")
    drop(pane, "chain.json", "application/json", file)
    expect(canvas.edges()).to_have_count(2)
    drop(pane, "nonsense.json", "application/json", b'{"nodes": 3}')
    expect(page.get_by_role("alert").filter(has_text="nonsense.json holds no workflow.")).to_be_visible()
    pane.click(position={"x": 600, "y": 20})
    for text, count in ((file.decode(), 3), ("<b>nonsense</b>", 3)):
        paste = "(text) => { const d = new DataTransfer(); d.setData('text/plain', text);"
        page.evaluate(paste + "document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: d })) }", text)
        expect(canvas.edges()).to_have_count(count)
    expect(page.get_by_role("alert").filter(has_text="That is no workflow.")).to_be_visible()
    page.get_by_role("button", name="Undo: Paste 2 nodes").click()
    expect(canvas.edges()).to_have_count(2)
    canvas.saved()
    assert len(canvas.graph()["nodes"]) == 4

    flow = canvas.api.get(f"/api/graphs/{canvas.graph_id}/export?format=react-flow")
    canvas.home()
    drop(page.get_by_role("main"), "flow.json", "application/json", json.dumps(flow).encode())
    expect(page.get_by_role("application", name="Graph A chain")).to_be_visible()
    expect(canvas.edges()).to_have_count(2)


def test_a_picture_brings_its_workflow_or_itself(canvas: Canvas):
    graph = canvas.draw(CHAIN)
    run = canvas.api.run(graph)
    made = run["nodes"]["picture"]["outputs"]["image"][0]
    picture = canvas.api.http.get(made["url"], follow_redirects=True).content
    page = canvas.page
    pane = page.locator(".react-flow__pane")
    drop(pane, "fox.png", made["mime"], picture)
    asked = page.get_by_role("dialog", name="This was made here")
    expect(asked).to_contain_text("the node “picture” of a graph made it")
    canvas.axe()
    asked.get_by_role("button", name="Add its workflow").click()
    expect(canvas.edges()).to_have_count(2)
    drop(pane, "fox.png", made["mime"], picture)
    asked.get_by_role("button", name="Add the picture").click()
    expect(canvas.named("Asset").locator("img")).to_be_visible()
    canvas.saved()
    assert sorted(one["type"] for one in canvas.graph()["nodes"]) == ["asset", *["text"] * 2, *["text_to_image"] * 2]


def test_a_template_with_a_photo_and_the_graphs_of_a_project(canvas: Canvas):
    page = canvas.home()
    page.get_by_role("button", name="A photo, described and varied").click()
    expect(canvas.node("photo").locator("img")).to_be_visible()
    page.get_by_role("link", name="Pixel Groove, home").click()
    more = page.get_by_role("button", name="What can be done with A photo, described and varied")
    more.click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_role("textbox", name="Name").fill("Eileen")
    page.keyboard.press("Enter")
    more = page.get_by_role("button", name="What can be done with Eileen", exact=True)
    more.click()
    page.get_by_role("menuitem", name="Duplicate").click()
    expect(page.get_by_role("link", name="Eileen (copy)")).to_be_visible()
    more.click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name="Eileen")).to_have_count(1)
    page.get_by_role("button", name="New project").click()
    page.get_by_role("textbox", name="Name").fill("Films")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Project")).to_contain_text("Films")
    expect(page.get_by_text("Words in, pictures out.")).to_be_visible()
    canvas.axe()
