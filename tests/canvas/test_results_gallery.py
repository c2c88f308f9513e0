"""What a project holds: found, looked at, compared, brought in, deleted and had back."""

import io

from PIL import Image
from playwright.sync_api import Route, expect

from canvas.board import Canvas
from support.api import edge, node, workflow

XSS = '<img src=x onerror="window.ran=true">'


def made(canvas: Canvas) -> dict[str, str]:
    """A picture, one made of it, and a text, in the project: their ids by node."""
    lines = (
        node("paint", "text_to_image", prompt=f"a lighthouse {canvas.project} {XSS}", resolution="512", seed=7),
        node("night", "image_to_image", prompt="at night"),
        node("look", "image_to_text"),
    )
    drawn = workflow(*lines, edges=(edge("paint.image", "night.image"), edge("paint.image", "look.image")))
    run = canvas.api.run(canvas.api.post(f"/api/graphs/import?project_id={canvas.project}", drawn))
    assert run["state"] == "completed", run
    outputs = {name: run["nodes"][name]["outputs"] for name in ("paint", "night")}
    return {name: out["image"][0]["asset_id"] for name, out in outputs.items()} | {"graph": run["graph_id"]}


def gallery(canvas: Canvas, asset: str = "") -> None:
    canvas.page.goto(f"{canvas.url}/#/p/{canvas.project}/gallery" + (f"/{asset}" if asset else ""))


def picture(colour: str, size: tuple[int, int] = (640, 400)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def test_results_are_found_looked_at_and_led_back_to_what_made_them(canvas: Canvas):
    page = canvas.page
    gallery(canvas)
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    ids = made(canvas)  # while the page looks on
    tiles = page.locator(".tile-shot")
    expect(tiles).to_have_count(2)
    canvas.axe()

    page.get_by_label("Search").fill("lighth")
    expect(tiles).to_have_count(1)
    page.get_by_label("Search").fill("nothing like it")
    expect(page.get_by_text("Nothing fits these filters.")).to_be_visible()
    page.get_by_role("button", name="Show everything").click()
    expect(tiles).to_have_count(2)
    page.get_by_role("button", name="Videos").click()
    expect(tiles).to_have_count(0)
    page.get_by_role("button", name="Texts").click()
    expect(page.locator(".texts li")).to_have_count(1)
    page.get_by_role("button", name="All", exact=True).click()

    page.locator(f'[data-asset="{ids["night"]}"]').press("Enter")
    viewer = page.get_by_role("dialog", name="night.png")
    expect(viewer.get_by_text("at night").first).to_be_visible()
    expect(viewer.locator(".lineage-step")).to_have_count(2)
    canvas.axe()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("dialog", name="paint.png").get_by_text(XSS).first).to_be_visible()
    page.keyboard.press("ArrowLeft")
    viewer.get_by_role("button", name="Open paint.png").click()
    expect(page).to_have_url(f"{canvas.url}/#/p/{canvas.project}/gallery/{ids['paint']}")
    pane = page.get_by_role("group", name="Picture")
    pane.press("+")
    expect(page.get_by_role("button", name="Fit")).to_contain_text("125 %")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    with Image.open(download.value.path()) as saved:
        assert "groove" in str(saved.info).lower(), "its provenance is in it"
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert not page.evaluate("window.ran === true")


def test_two_are_compared_one_is_named_used_deleted_and_had_back(canvas: Canvas):
    page, ids = canvas.page, made(canvas)
    asked: list[str] = []

    def one_by_one(route: Route) -> None:
        asked.append(route.request.url)
        route.continue_(url=route.request.url.replace("limit=40", "limit=1"))

    page.route("**/api/assets?*", one_by_one)
    gallery(canvas)
    expect(page.locator(".choose input")).to_have_count(2)
    assert any("cursor=" in url for url in asked), "the second page was asked for by itself"
    page.unroute_all()
    for box in page.locator(".choose input").all():
        box.focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Compare").click()
    compare = page.get_by_role("dialog", name="Compare two results")
    expect(compare.get_by_role("status")).to_contain_text("They differ in")
    expect(
        compare.locator("del", has_text="Image to image").or_(compare.locator("del", has_text="Text to image"))
    ).to_be_visible()
    first, second = compare.locator(".pane").all()
    first.press("+")
    assert second.locator("img").get_attribute("style") == first.locator("img").get_attribute("style") != ""
    compare.get_by_role("button", name="Slider").click()
    slider = compare.get_by_role("slider")
    slider.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "49 % of the first")
    canvas.axe()
    page.keyboard.press("Escape")

    gallery(canvas, ids["paint"])
    name = page.get_by_label("Name", exact=True)
    name.fill(XSS)
    name.press("Enter")
    page.get_by_label("New tag").fill("#Sea Side")
    page.get_by_label("New tag").press("Enter")
    expect(page.locator(".tags li")).to_contain_text("sea side")
    expect(page.get_by_role("heading", name=XSS)).to_be_visible()
    page.get_by_role("button", name="Open in a new node").click()
    page.get_by_role("button", name="A test").click()
    expect(page.locator(".react-flow__node")).to_have_count(4)

    gallery(canvas, ids["paint"])
    page.get_by_role("button", name="Delete …").click()
    asked = page.get_by_role("dialog", name="Delete")
    expect(asked.get_by_text("The graph “A test” has it in a node")).to_be_visible()
    canvas.axe()
    asked.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".tile-shot")).to_have_count(1)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Deleted").check()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("Nothing that was deleted can be restored.")).to_be_visible()
    page.get_by_label("Deleted").uncheck()
    expect(page.locator(".tile-shot")).to_have_count(2)
    assert not page.evaluate("window.ran === true")


def test_files_are_brought_in_and_a_character_is_made_of_one(canvas: Canvas):
    page = canvas.page
    gallery(canvas)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload").click()
    canvas.allow("422")
    chooser.value.set_files(
        [
            {"name": f"{XSS}.png", "mimeType": "image/png", "buffer": picture("teal")},
            {"name": "liar.png", "mimeType": "image/png", "buffer": b"<script>window.ran=true</script>"},
        ]
    )
    expect(page.get_by_text("1 uploaded, 1 not taken")).to_be_visible()
    expect(page.locator(".upload-failed .trouble")).to_contain_text("PNG")
    expect(page.locator(".tile-shot")).to_have_count(1)
    page.evaluate(
        """bytes => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "pasted.png", { type: "image/png" }));
            window.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
        }""",
        list(picture("plum")),
    )
    expect(page.locator(".tile-shot")).to_have_count(2)
    page.get_by_role("button", name="Clear").click()

    page.get_by_role("button", name="Characters").click()
    page.get_by_role("button", name="New character").click()
    page.get_by_label("Name").fill(f"Mara {XSS}")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="Add a reference picture").click()
    page.get_by_role("dialog", name="A picture of").get_by_role("button", name="pasted.png").click()
    canvas.allow("503")  # this installation has no service that looks at faces
    expect(page.locator(".dialog .trouble")).to_contain_text("face")
    canvas.axe()
    page.keyboard.press("Escape")
    expect(page.locator(".person", has_text="Mara")).to_be_visible()
    assert not page.evaluate("window.ran === true")


def test_what_is_not_there_is_said_and_explained(canvas: Canvas):
    page, ids = canvas.page, made(canvas)
    canvas.allow("404")
    canvas.api.http.delete(f"/api/assets/{ids['paint']}?confirm=true")
    gallery(canvas, ids["paint"])
    expect(page.get_by_role("heading", name="There is no such asset.")).to_be_visible()
    page.get_by_role("button", name="Restore it").click()
    expect(page.get_by_role("heading", name="paint.png")).to_be_visible()
    gallery(canvas, "no-such-thing")
    page.get_by_role("button", name="Restore it").click()
    expect(page.locator(".viewer .trouble")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.viewer")).to_have_count(0)

    canvas.allow("ERR_FAILED")
    page.route("**/media/**", lambda route: route.abort())
    page.reload()
    expect(page.locator(".thumb-broken").first).to_contain_text("cannot be shown")
    page.locator(f'[data-asset="{ids["night"]}"]').click()
    expect(page.get_by_role("heading", name="Image cannot be shown.")).to_be_visible()
