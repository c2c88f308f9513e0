"""`python -m bench.canvas`: how a graph of a thousand nodes and a thousand edges feels, in headless Chromium."""

import argparse
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from playwright.sync_api import Page, Response, expect, sync_playwright

from bench.__main__ import table
from support.api import Api, edge, node, workflow
from support.browser import WINDOW, build_canvas, launched
from support.running import plan, running

ACROSS, DOWN = 40, 25
STEP_X, STEP_Y = 300, 240
MOVES = 180
PATIENCE_MS = 60_000
KILOBYTE = 1000
Line = dict[str, Any]
_COUNT = """() => {
  const at = [];
  const tick = (now) => { at.push(now); window.benchFrame = requestAnimationFrame(tick); };
  window.benchFrame = requestAnimationFrame(tick);
  window.benchFrames = at;
}"""
_COUNTED = """() => {
  cancelAnimationFrame(window.benchFrame);
  const at = window.benchFrames, gaps = at.slice(1).map((now, n) => now - at[n]).sort((a, b) => a - b);
  return { fps: 1000 * gaps.length / (at.at(-1) - at[0]), slow_ms: gaps[Math.floor(gaps.length * 0.95)] };
}"""
_MIDDLES = """all => all.map((one) => {
  const box = one.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
})"""


def thousand() -> dict[str, Any]:
    """Rows of pictures and descriptions in turn, each made from the one before; the rows are joined as well."""
    nodes, edges = [], []
    for n in range(ACROSS * DOWN):
        row, column = divmod(n, ACROSS)
        picture = column % 2 == 0
        params = {"prompt": f"number {n}"} if picture else {}
        one = node(f"n{n}", "image_to_image" if picture else "image_to_text", **params)
        nodes.append(one | {"position": {"x": column * STEP_X, "y": row * STEP_Y}})
        if column:
            edges.append(edge(f"n{n - 1}.text", f"n{n}.prompt") if picture else edge(f"n{n - 1}.image", f"n{n}.image"))
        if picture and row and column < 4:  # a thousand in all
            edges.append(edge(f"n{n - ACROSS}.image", f"n{n}.image"))
    return workflow(*nodes, edges=tuple(edges[: ACROSS * DOWN]), name="A thousand")


def measured(page: Page, url: str, api: Api) -> list[Line]:
    """Everything about one graph, in the order in which somebody would do it."""
    loaded: list[int] = []

    def note(response: Response) -> None:
        if response.request.resource_type == "script":
            loaded.append(int(response.headers.get("content-length", 0)))

    page.on("response", note)
    graph = api.save(thousand())
    began = monotonic()
    page.goto(f"{url}/#/g/{graph['id']}")
    page.locator(".react-flow__node").first.wait_for()
    shown_ms = 1000 * (monotonic() - began)
    lines = [
        _line("JavaScript of the first load, packed", sum(loaded) / KILOBYTE, "kB", at_most=300),
        _line("until the first node is shown", shown_ms, "ms"),
    ]
    _fit(page)
    lines += _felt(page, "zoomed to all", pan=25, drag=25)
    _zoom(page, 1.0)
    lines += _felt(page, "at working zoom", pan=50, drag=40)
    began = monotonic()
    expect(page.locator(".saving")).to_have_text("Saved")
    return [*lines, _line("a drag that was let go is saved after", 1000 * (monotonic() - began), "ms")]


def _felt(page: Page, where: str, *, pan: float, drag: float) -> list[Line]:
    drawn = page.locator(".react-flow__node").count()
    panned, dragged = _frames(page, lambda: _pan(page)), _frames(page, lambda: _drag(page))
    return [
        _line(f"nodes in the page, {where}", drawn, ""),
        _line(f"pan, {where}", panned["fps"], "fps", at_least=pan),
        _line(f"pan, {where}: 95 of 100 frames within", panned["slow_ms"], "ms"),
        _line(f"drag, {where}", dragged["fps"], "fps", at_least=drag),
        _line(f"drag, {where}: 95 of 100 frames within", dragged["slow_ms"], "ms"),
    ]


def _frames(page: Page, doing: Callable[[], None]) -> dict[str, float]:
    page.evaluate(_COUNT)
    doing()
    counted: dict[str, float] = page.evaluate(_COUNTED)
    return counted


def _pan(page: Page) -> None:
    """With the wheel, as two fingers do: away and back."""
    page.mouse.move(*_centre(page))
    for n in range(MOVES):
        away = 1 if n < MOVES / 2 else -1
        page.mouse.wheel(8 * away, 4 * away)


def _drag(page: Page) -> None:
    box = _grip(page)
    page.mouse.move(*box)
    page.mouse.down()
    page.mouse.move(box[0] + MOVES, box[1] + 40, steps=MOVES)
    page.mouse.up()


def _grip(page: Page) -> tuple[float, float]:
    """The head of the node that is nearest to the middle of the canvas."""
    (x, y), heads = _centre(page), page.locator(".react-flow__node header")
    boxes = heads.evaluate_all(_MIDDLES)
    nearest: list[float] = min(boxes, key=lambda box: abs(box[0] - x) + abs(box[1] - y))
    return nearest[0], nearest[1]


def _centre(page: Page) -> tuple[float, float]:
    box = page.locator(".react-flow").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _scale(page: Page) -> float:
    style = page.locator(".react-flow__viewport").get_attribute("style") or ""
    found = re.search(r"scale\(([\d.]+)\)", style)
    assert found, style
    return float(found[1])


def _fit(page: Page) -> None:
    page.get_by_role("button", name="Fit View").click()
    page.mouse.move(*_centre(page))
    for _ in range(40):  # as far out as it goes, or until all is there
        if page.locator(".react-flow__node").count() >= ACROSS * DOWN:
            break
        page.keyboard.down("Control")
        page.mouse.wheel(0, 100)
        page.keyboard.up("Control")


def _zoom(page: Page, scale: float) -> None:
    page.mouse.move(*_centre(page))
    while _scale(page) < scale * 0.95:
        page.keyboard.down("Control")
        page.mouse.wheel(0, -40)
        page.keyboard.up("Control")
        page.evaluate("new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")


def _line(what: str, value: float, unit: str, *, at_least: float | None = None, at_most: float | None = None) -> Line:
    line: Line = {"bench": "canvas", "what": what, "value": value, "unit": unit}
    if at_least is not None:
        return line | {"target": f"> {at_least:g}", "met": value > at_least}
    if at_most is not None:
        return line | {"target": f"<= {at_most:g}", "met": value <= at_most}
    return line


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.canvas", description=__doc__)
    parser.add_argument("--picture", type=Path, help="a file for a screenshot of the end")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="groove-bench-") as data:
        page_dir = Path(data) / "canvas"
        build_canvas(page_dir)
        how = plan(workers=(), extra={"gateway": {"GROOVE_CANVAS": str(page_dir)}})
        with running(Path(data) / "groove", how) as stack, Api(stack.url) as api, sync_playwright() as playwright:
            browser = launched(playwright)
            page = browser.new_context(viewport=WINDOW).new_page()
            page.set_default_timeout(PATIENCE_MS)
            lines = measured(page, stack.url, api)
            if args.picture:
                page.screenshot(path=args.picture)
            browser.close()
    print(table(lines))


if __name__ == "__main__":
    main()
