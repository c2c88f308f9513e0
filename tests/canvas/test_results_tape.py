"""Everything that a node made: looked at on the board, gone back to, gone on from."""

from playwright.sync_api import expect

from canvas.board import Canvas
from support.api import edge, node, workflow


def test_the_history_of_a_node_is_kept_restored_and_forked(canvas: Canvas):
    page = canvas.page
    graph = canvas.draw(
        workflow(
            node("words", "text", text=f"a fox {canvas.project}"),
            node("paint", "text_to_image", prompt="in ink", resolution="512", seed=7),
            edges=(edge("words.text", "paint.prompt"),),
        )
    )
    canvas.node("paint").click()
    page.get_by_role("tab", name="History").click()
    tape = page.get_by_role("region", name="History")
    expect(tape.get_by_text("Nothing yet.")).to_be_visible()
    canvas.api.run(graph)  # somebody else runs it: the result appears here
    expect(tape.locator(".entry")).to_have_count(1)
    expect(tape.locator(".entry")).to_contain_text("in ink")
    expect(tape.get_by_role("button", name="As it is now")).to_be_disabled()

    change = {"op": "change_node", "node_id": "paint", "params": {"prompt": "in <b>oil</b>", "seed": 8}}
    canvas.api.post(f"/api/graphs/{graph['id']}/edits", {"ops": [change]})
    expect(tape.get_by_role("button", name="Restore")).to_be_enabled()
    canvas.api.run(graph)
    expect(tape.locator(".entry")).to_have_count(2)
    canvas.axe()

    tape.locator(".entry").nth(1).get_by_role("button", name="Restore").press("Enter")
    canvas.saved()
    params = {one["id"]: one["params"] for one in canvas.graph()["nodes"]}["paint"]
    assert (params["prompt"], params["seed"]) == ("in ink", 7)
    page.get_by_role("button", name="Undo: Restore settings").click()
    canvas.saved()
    params = {one["id"]: one["params"] for one in canvas.graph()["nodes"]}["paint"]
    assert (params["prompt"], params["seed"]) == ("in <b>oil</b>", 8)

    for box in tape.get_by_role("checkbox").all():
        box.check()
    tape.get_by_role("button", name="Compare the two").click()
    compare = page.get_by_role("dialog", name="Compare two results")
    expect(compare.get_by_role("status")).to_contain_text("prompt, seed")
    expect(compare.locator("ins", has_text="<b>oil</b>").first).to_be_visible()
    page.keyboard.press("Escape")

    tape.locator(".entry").nth(1).get_by_role("button", name="Fork").click()
    expect(tape.locator(".entry")).to_have_count(3)
    expect(tape.locator(".entry").first).to_contain_text("variation 1")
    canvas.node("paint").get_by_role("button", name="in ink").or_(
        canvas.node("paint").locator("button.value")
    ).first.click()
    viewer = page.get_by_role("dialog", name="paint.png")
    viewer.get_by_role("button", name="Open in a new node").click()
    expect(page.locator(".react-flow__node")).to_have_count(3)
    expect(page.get_by_role("button", name="Undo: Add a result")).to_be_enabled()
