"""The whole way without a mouse: from nothing to a picture, with Tab, Enter and the keys that the help lists."""

from playwright.sync_api import Locator, Page, expect

from canvas.board import Canvas

MOST = 200
"""Presses of Tab. What takes more cannot be said to be reachable."""


def tab_to(page: Page, what: Locator) -> Locator:
    """Press Tab until it has the focus."""
    expect(what).to_be_attached()
    one = what.element_handle()
    for _ in range(MOST):
        if page.evaluate("(one) => one === document.activeElement", one):
            return what
        page.keyboard.press("Tab")
    raise AssertionError(f"{MOST} presses of Tab do not lead to {what}")


def add(page: Page, words: str) -> None:
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Add a node")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def test_the_keyboard_alone_draws_connects_runs_and_looks(canvas: Canvas):
    page = canvas.home()
    tab_to(page, page.get_by_role("button", name="Start from scratch"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("application")).to_be_visible()
    add(page, "text")
    expect(canvas.named("Text")).to_be_focused()
    field = tab_to(page, page.get_by_role("complementary", name="Settings").get_by_role("textbox", name="Text"))
    page.keyboard.press("Control+A")
    page.keyboard.type("A red fox in the snow")
    page.keyboard.press("Tab")
    expect(canvas.named("Text")).to_contain_text("A red fox in the snow")
    expect(field).not_to_be_focused()
    add(page, "generate image")
    expect(canvas.named("Generate image")).to_be_focused()
    words, prompt, character = (
        page.get_by_role("button", name=name)
        for name in ("Output text of Text", "Input prompt of Generate image", "Input character of Generate image")
    )
    tab_to(page, words).press("Enter")
    tab_to(page, character).press("Enter")
    expect(page.locator(".notice")).to_contain_text("text")
    expect(canvas.edges()).to_have_count(0)
    page.keyboard.press("Escape")
    tab_to(page, words).press("Enter")
    tab_to(page, prompt).press("Enter")
    expect(canvas.edges()).to_have_count(1)
    page.keyboard.press("Control+z")
    expect(canvas.edges()).to_have_count(0)
    page.keyboard.press("Control+Shift+z")
    expect(canvas.edges()).to_have_count(1)
    page.keyboard.press("Control+Enter")
    expect(canvas.named("Generate image").locator("img")).to_be_visible()


def test_focus_is_seen_wherever_it_is(canvas: Canvas):
    """The first stops of Tab, on the front page and in the editor: each is drawn otherwise when it has the focus."""
    page = canvas.home()
    expect(page.get_by_role("button", name="Start from scratch")).to_be_visible()
    drawn = "(one) => ['outline', 'boxShadow', 'borderColor'].map((what) => getComputedStyle(one)[what]).join()"
    unseen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        stop = page.locator("*:focus")
        if not stop.count():
            break
        here = stop.evaluate_handle("(one) => one")
        focused = here.evaluate(drawn)
        here.evaluate("(one) => one.blur()")
        if here.evaluate(drawn) == focused:
            unseen.append(here.evaluate("(one) => one.outerHTML.slice(0, 100)"))
        here.evaluate("(one) => one.focus()")
    assert not unseen
