"""A complaint of the browser fails a test: the fixture is tried with a page that gives cause for each."""

import pytest

from canvas.board import Canvas

CAUSES = {
    "a script that throws": ("setTimeout(() => { throw new Error('broken') })", "page error: broken"),
    "a style in the page": ("document.body.setAttribute('style', 'color: red')", "Content Security Policy"),
    "a script in the page": (
        "document.body.append(Object.assign(document.createElement('script'), { text: 'window.ran = true' }))",
        "Content Security Policy",
    ),
    "an answer with an error": ("fetch('/api/graphs/nothing')", "404"),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_what_the_browser_complains_of_is_heard(canvas: Canvas, cause: str):
    script, complaint = CAUSES[cause]
    canvas.home()
    with canvas.page.expect_event("pageerror" if "throws" in cause else "console"):
        canvas.page.evaluate(f"() => {{ {script} }}")
    assert any(complaint in one for one in canvas.complaints())
    assert not canvas.page.evaluate("window.ran === true")
    canvas.allow(complaint)
