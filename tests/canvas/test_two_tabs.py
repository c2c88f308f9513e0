"""One graph in two tabs: what is done in either is in the graph and shown in both."""

from playwright.sync_api import expect

from canvas.board import Canvas
from support.api import node, workflow

TWO = workflow(
    node("a", "text", text="a fox") | {"position": {"x": 0, "y": 0}},
    node("b", "text", text="an owl") | {"position": {"x": 0, "y": 260}},
    name="Two tabs",
)


def test_what_both_do_at_once_is_all_kept(canvas: Canvas):
    graph = canvas.draw(TWO)
    other = canvas.another_tab()
    other.open(graph["id"])
    for tab, one in ((canvas, "a"), (other, "b")):
        tab.node(one).get_by_role("heading").click()
    for tab, one in ((canvas, "a"), (other, "b")):
        tab.drag(tab.node(one).get_by_role("heading"), tab.page.get_by_role("button", name="Fit View"))
    for tab in (canvas, other):
        tab.saved()
    moved = {one["id"]: one["position"] for one in canvas.graph()["nodes"]}
    assert moved["a"] != {"x": 0, "y": 0}
    assert moved["b"] != {"x": 0, "y": 260}
    history = canvas.api.get(f"/api/graphs/{graph['id']}/history")["items"]
    assert len(history) >= 3, history
    for tab in (canvas, other):
        for one in ("a", "b"):
            expect(tab.node(one)).to_be_attached()


def test_what_one_tab_does_the_other_shows(canvas: Canvas):
    graph = canvas.draw(TWO)
    other = canvas.another_tab()
    other.open(graph["id"])
    canvas.node("a").get_by_role("heading").click()
    canvas.page.keyboard.press("Delete")
    expect(other.node("a")).to_have_count(0)
    expect(other.node("b")).to_be_visible()
