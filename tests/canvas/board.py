"""A person before the canvas: what a test can see and do there, in the words of the canvas."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from support.api import Api
from support.browser import CANVAS

AXE = CANVAS / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 20_000
"""For everything that is waited for: on a busy machine too. Nothing ever sleeps."""
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Canvas:
    """One browser window (a context of its own) in a project of its own."""

    page: Page
    context: BrowserContext
    api: Api
    """The same server, without a browser."""
    url: str
    project: str
    troubles: list[str] = field(default_factory=list)
    """What the browser complained of: mistakes in scripts, what the policy forbids, answers with an error."""
    _allowed: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> Page:
        """Have everything that this page complains of in `troubles`."""
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.troubles.append(f"page error: {error}"))
        page.on("console", self._heard)
        page.on("crash", lambda _: self.troubles.append("the page crashed"))
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.troubles.append(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def allow(self, text: str) -> None:
        """What the test itself brings about is no trouble: complaints that contain this, from now on or before."""
        self._allowed.append(text)

    def complaints(self) -> list[str]:
        return [one for one in self.troubles if not any(text in one for text in self._allowed)]

    def another_tab(self) -> "Canvas":
        """A second tab of the same browser, which sees the same storage."""
        other = Canvas(self.context.new_page(), self.context, self.api, self.url, self.project)
        other.troubles, other._allowed = self.troubles, self._allowed
        other.watch(other.page)
        return other

    # where one is

    def home(self) -> Page:
        self.page.goto(f"{self.url}/#/p/{self.project}")
        return self.page

    def draw(self, workflow: Mapping[str, Any]) -> dict[str, Any]:
        """Have a graph made of it in this project, and open it."""
        graph: dict[str, Any] = self.api.post(f"/api/graphs/import?project_id={self.project}", dict(workflow))
        self.open(graph["id"])
        return graph

    def open(self, graph: str, run: str | None = None) -> Page:
        self.page.goto(f"{self.url}/#/g/{graph}" + (f"/r/{run}" if run else ""))
        expect(self.page.get_by_role("application")).to_be_visible()
        return self.page

    @property
    def graph_id(self) -> str:
        """Of the graph that is open, as the address says."""
        return self.page.url.partition("#/g/")[2].partition("/")[0]

    def graph(self) -> dict[str, Any]:
        """As the server has it."""
        found: dict[str, Any] = self.api.get(f"/api/graphs/{self.graph_id}")
        return found

    # what is on it

    def node(self, node_id: str) -> Locator:
        return self.page.locator(f'.react-flow__node[data-id="{node_id}"]')

    def named(self, title: str) -> Locator:
        """A node by what it is called."""
        return self.page.locator(".react-flow__node", has=self.page.get_by_role("heading", name=title, exact=True))

    def port(self, spelled: str, side: str) -> Locator:
        """`node.port`, on the side `source` or `target`."""
        node, port = spelled.split(".")
        return self.page.locator(f'.react-flow__handle.{side}[data-nodeid="{node}"][data-handleid="{port}"]')

    def edges(self) -> Locator:
        return self.page.locator(".react-flow__edge")

    def saved(self) -> None:
        """Wait until the server has every edit."""
        expect(self.page.locator(".saving")).to_have_text("Saved")

    def drag(self, a: Locator, b: Locator, *, during: Callable[[], None] | None = None) -> None:
        """With the mouse, from the middle of one to the middle of the other; `during`: before it is let go."""
        (x, y), (to_x, to_y) = _middle(a), _middle(b)
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move((x + to_x) / 2, (y + to_y) / 2, steps=4)
        mouse.move(to_x, to_y, steps=4)
        if during:
            during()
        mouse.up()

    def wire(self, source: str, target: str, *, during: Callable[[], None] | None = None) -> None:
        """From one port to another, with the mouse: `wire("prompt.text", "image.prompt")`."""
        self.drag(self.port(source, "source"), self.port(target, "target"), during=during)

    # what is wrong with it

    def axe(self) -> None:
        """Fail with every rule of accessibility (WCAG 2.2 AA and best practice) that the page breaks as it is now."""
        broken = self.broken_rules()
        assert not broken, "\n".join(broken)

    def broken_rules(self, *rules: str) -> list[str]:
        """A line each; of all rules, or of these."""
        page = self.page
        if not page.evaluate("typeof window.axe === 'object'"):
            page.evaluate(AXE.read_text())  # not as a script of the page: its policy forbids that
        options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
        found = page.evaluate("(options) => axe.run(document, options)", options)
        return [_told(one) for one in found["violations"]]

    def evidence(self) -> str:
        """Where to see what it looked like, and what the browser said."""
        picture = Path(mkdtemp(prefix="groove-canvas-")) / "canvas.png"
        lines = [f"address: {self.page.url}", *self.troubles]
        if not self.page.is_closed():
            self.page.screenshot(path=picture)
            lines.insert(0, f"screenshot: {picture}")
        return "\n".join(lines)


def _middle(what: Locator) -> tuple[float, float]:
    what.wait_for()
    box = what.bounding_box()
    assert box is not None, what
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _told(violation: Mapping[str, Any]) -> str:
    places = [json.dumps(node["target"]) for node in violation["nodes"][:3]]
    html = violation["nodes"][0]["html"][:200]
    return f"{violation['id']} ({violation['impact']}): {violation['help']}: {' '.join(places)} {html}"
