"""Every screen, light and dark: axe finds nothing against WCAG 2.2 AA and good practice."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from canvas.board import Canvas
from support.api import edge, node, workflow
from support.vendor import Vendor

CHAIN = workflow(
    node("words", "text", text="a fox in the snow") | {"position": {"x": 0, "y": 0}},
    node("picture", "text_to_image", resolution="512") | {"position": {"x": 300, "y": 0}},
    node("paid", "text_to_image", provider="fake", model="fake-painter") | {"position": {"x": 300, "y": 300}},
    node("out", "output") | {"position": {"x": 600, "y": 0}},
    edges=(
        edge("words.text", "picture.prompt"),
        edge("words.text", "paid.prompt"),
        edge("picture.image", "out.value"),
        edge("paid.image", "out.value"),
    ),
    name="A fox",
)


@pytest.fixture
def runs(canvas: Canvas, vendor: Vendor, word: str):
    """A graph, a run of it that failed in part, and one that went well."""
    chain = CHAIN | {"nodes": [CHAIN["nodes"][0] | {"params": {"text": f"a fox {word}"}}, *CHAIN["nodes"][1:]]}
    graph = canvas.api.post(f"/api/graphs/import?project_id={canvas.project}", chain)
    vendor.will("content_policy", times=1, match=word)
    failed = canvas.api.run(graph)
    well = canvas.api.run(graph)
    assert (failed["state"], well["state"]) == ("failed", "completed")
    return graph, failed, well


def test_axe_finds_nothing_on_any_screen(canvas: Canvas, runs):
    """In the dark only the colours are others."""
    found: list[str] = []
    for where, show in Screens(canvas, runs).all().items():
        show()
        found += [f"{where}: {line}" for line in canvas.broken_rules()]
        canvas.page.emulate_media(color_scheme="dark")
        found += [f"{where}, dark: {line}" for line in canvas.broken_rules("color-contrast")]
        canvas.page.emulate_media(color_scheme="light")
    assert not found, "\n".join(found)


class Screens:
    def __init__(self, canvas: Canvas, runs) -> None:
        self.canvas, self.page = canvas, canvas.page
        self.graph, self.failed, self.well = runs

    def all(self) -> dict[str, Callable[[], None]]:
        return {
            "home": self.home,
            "editor": self.editor,
            "a node chosen": self.chosen,
            "adding a node": self.adding,
            "the keys": self.keys,
            "a run": self.run,
            "a failed run": self.failure,
            "gallery": self.gallery,
            "one picture": self.viewer,
            "two runs compared": self.diff,
            "nothing there": self.nothing,
        }

    def home(self) -> None:
        self.canvas.home()
        expect(self.page.get_by_role("link", name="A fox").first).to_be_visible()

    def editor(self) -> None:
        self.canvas.open(self.graph["id"])
        expect(self.canvas.edges()).to_have_count(4)

    def chosen(self) -> None:
        self.canvas.node("picture").get_by_role("heading").click()
        expect(self.page.get_by_label("Name of the node")).to_be_visible()

    def adding(self) -> None:
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("/")
        expect(self.page.get_by_role("combobox", name="Add a node")).to_be_focused()

    def keys(self) -> None:
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("?")
        expect(self.page.get_by_role("dialog")).to_contain_text("Ctrl+Z")

    def run(self) -> None:
        self.canvas.open(self.graph["id"], self.well["id"])
        expect(self.canvas.node("picture").locator("img")).to_be_visible()

    def failure(self) -> None:
        self.canvas.open(self.graph["id"], self.failed["id"])
        expect(self.canvas.node("paid").locator(".is-failed")).to_be_visible()

    def gallery(self) -> None:
        self.page.goto(f"{self.canvas.url}/#/p/{self.canvas.project}/gallery")
        expect(self.page.get_by_role("list", name="Assets").get_by_role("listitem")).to_have_count(2)

    def viewer(self) -> None:
        self.page.get_by_role("list", name="Assets").get_by_role("link").first.click()
        expect(self.page.get_by_role("dialog").get_by_role("img").first).to_be_visible()

    def diff(self) -> None:
        self.page.goto(f"{self.canvas.url}/#/diff/{self.failed['id']}/{self.well['id']}")
        expect(self.page.get_by_role("main").get_by_role("heading", level=2).first).to_be_visible()

    def nothing(self) -> None:
        self.canvas.allow("404")
        self.page.goto(f"{self.canvas.url}/#/g/nothing")
        expect(self.page.get_by_role("heading", name="cannot be shown")).to_be_visible()
