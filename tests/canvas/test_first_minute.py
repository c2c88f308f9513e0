"""From nothing to a picture: what somebody sees who has just started it."""

from playwright.sync_api import expect

from canvas.board import Canvas


def test_a_template_is_one_click_away_and_one_click_runs_it(canvas: Canvas):
    page = canvas.home()
    expect(page.get_by_role("button", name="Start from scratch")).to_be_visible()
    page.get_by_role("button", name="From words to a variation").click()
    expect(canvas.named("Under northern lights")).to_be_visible()
    page.get_by_role("button", name="Run").click()
    expect(canvas.node("image").locator("img")).to_be_visible()
