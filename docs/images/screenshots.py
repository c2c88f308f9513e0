"""`make screenshots`: the screens of the canvas as they are, from a whole installation that is started for it.

Everything that is seen was made a moment before, by the built-in `local` provider.
"""

import io
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from support.api import Api
from support.browser import ROOT, WINDOW, build_canvas, launched
from support.running import plan, running

HERE = Path(__file__).parent
PATIENCE_MS = 60_000
SHARPNESS = 1.5
QUALITY = 82
PLACES = (
    "A harbour town at night, lanterns, rain",
    "A desert with dunes and a caravan at noon",
    "A forest in autumn, fog",
)


class Studio:
    """A browser before the gateway, and what was made for it to show."""

    def __init__(self, page: Page, api: Api) -> None:
        self.page, self.api = page, api
        self.project = api.get("/api/me")["default_project_id"]
        example = json.loads((ROOT / "examples" / "main.json").read_text())
        self.graph = api.save(example)["id"]
        self.run = api.run({"id": self.graph, "version": 1})["id"]
        for place in PLACES:
            example["nodes"][0]["params"]["text"] = place
            api.run(example)

    def show(self, address: str) -> None:
        self.page.goto(f"{self.api.url}/#/{address}")

    def whole(self) -> None:
        """Without what follows the pointer."""
        self.page.mouse.move(640, 2)

    def canvas(self) -> None:
        self.show(f"g/{self.graph}/r/{self.run}")
        expect(self.page.locator(".react-flow__node img")).to_have_count(4)
        self.page.get_by_role("button", name="Fit View").click()
        self.whole()

    def settings(self) -> None:
        self.canvas()
        self.page.locator(".react-flow__node").nth(1).get_by_role("heading").click()
        expect(self.page.get_by_label("Name of the node")).to_be_visible()
        self.page.get_by_role("button", name="Fit View").click()
        self.whole()

    def past(self) -> None:
        """The run as it was halfway."""
        self.canvas()
        slider = self.page.get_by_role("slider")
        slider.focus()
        slider.press("Home")
        for _ in range(8):
            slider.press("ArrowRight")

    def home(self) -> None:
        self.show(f"p/{self.project}")
        for name in ("From words to a variation", "Start from scratch"):
            expect(self.page.get_by_role("button", name=name).last).to_be_visible()
        expect(self.page.get_by_role("link", name="From words to a variation").first).to_be_visible()
        self.whole()

    def gallery(self) -> None:
        self.show(f"p/{self.project}/gallery")
        expect(self.page.get_by_role("list", name="Assets").get_by_role("listitem")).to_have_count(2 + 2 * len(PLACES))

    def compare(self) -> None:
        self.gallery()
        for box in self.page.get_by_role("checkbox", name="Choose").all()[:2]:
            box.check()
        self.page.get_by_role("button", name="Compare").click()
        expect(self.page.get_by_role("dialog").get_by_text("They differ in")).to_be_visible()


def taken(page: Page, name: str, show: Callable[[], None], scheme: Any = "light") -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    show()
    page.locator("img").evaluate_all("(all) => Promise.all(all.map((one) => one.decode()))")
    picture = Image.open(io.BytesIO(page.screenshot()))
    path = HERE / f"{name}.webp"
    picture.save(path, quality=QUALITY, method=6)
    sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1000} kB\n")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="groove-screens-") as data:
        built = Path(data) / "canvas"
        build_canvas(built)
        how = plan(extra={"gateway": {"GROOVE_CANVAS": str(built)}})
        with running(Path(data) / "groove", how) as stack, Api(stack.url) as api, sync_playwright() as playwright:
            browser = launched(playwright)
            page = browser.new_context(viewport=WINDOW, device_scale_factor=SHARPNESS).new_page()
            page.set_default_timeout(PATIENCE_MS)
            expect.set_options(timeout=PATIENCE_MS)
            studio = Studio(page, api)
            taken(page, "canvas", studio.settings)
            taken(page, "canvas-dark", studio.settings, "dark")
            taken(page, "past", studio.past)
            taken(page, "home", studio.home)
            taken(page, "gallery", studio.gallery)
            taken(page, "compare", studio.compare)
            browser.close()


if __name__ == "__main__":
    main()
