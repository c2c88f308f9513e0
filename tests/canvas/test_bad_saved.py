"""A saved graph that this server, or this page, does not fully understand: shown, kept, explained, and no crash."""

import json

import httpx2
import pytest
from playwright.sync_api import Route, expect

from canvas.board import Canvas
from providers.fakes.picture import png
from support.api import edge, node, workflow

SCRIPT = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"
CHAIN = workflow(
    node("words", "text", text="a fox"),
    node("picture", "text_to_image"),
    edges=(edge("words.text", "picture.prompt"),),
    name="A chain",
)


def otherwise(canvas: Canvas, change) -> None:
    """Have the page told of other node types than the server's own: as an older or newer server would."""

    def answer(route: Route) -> None:
        found = route.fetch()
        kinds = found.json()
        kinds["items"] = [one for kind in kinds["items"] if (one := change(kind))]
        route.fulfill(response=found, body=json.dumps(kinds))

    canvas.page.route("**/api/node-types", answer)


def test_a_node_of_an_unknown_type_is_kept_and_explained(canvas: Canvas):
    otherwise(canvas, lambda kind: None if kind["name"] == "text_to_image" else kind)
    canvas.draw(CHAIN)
    expect(canvas.node("picture")).to_contain_text("text_to_image")
    expect(canvas.node("picture")).to_contain_text("knows no node type")
    expect(canvas.edges()).to_have_count(1)
    canvas.node("picture").get_by_role("heading").click()
    expect(canvas.page.get_by_role("complementary", name="Settings")).to_be_visible()
    assert {one["id"] for one in canvas.graph()["nodes"]} == {"words", "picture"}


@pytest.mark.parametrize(
    "address", ["#/g/nothing", "#/g/../../x", "#/p/nothing", "#/%00", "#/diff/a/b", "#/p/x/gallery/y"]
)
def test_an_address_that_leads_nowhere_says_so_and_leads_home(canvas: Canvas, address: str):
    canvas.allow("404")
    canvas.allow("422")
    canvas.page.goto(f"{canvas.url}/{address}")
    expect(canvas.page.get_by_role("link", name="home").first).to_be_visible()


def test_script_and_html_are_only_text_wherever_they_stand(canvas: Canvas):
    canvas.api.http.patch(f"/api/projects/{canvas.project}", json={"name": SCRIPT[:100]})
    words = node("words", "text", text=SCRIPT) | {"title": SCRIPT[:100], "position": {"x": 0, "y": 0}}
    shown = node("shown", "output", label=SCRIPT[:100]) | {"position": {"x": 400, "y": 0}}
    graph = canvas.api.post(
        f"/api/graphs/import?project_id={canvas.project}",
        workflow(words, shown, edges=(edge("words.text", "shown.value"),), name=SCRIPT[:100]),
    )
    run = canvas.api.finish(canvas.api.start(graph))
    canvas.home()
    expect(canvas.page.get_by_text(SCRIPT[:100], exact=False).first).to_be_visible()
    canvas.open(graph["id"], run["id"])
    expect(canvas.node("words")).to_contain_text(SCRIPT[:60])
    canvas.node("words").get_by_role("heading").click()
    expect(canvas.page.get_by_role("complementary", name="Settings")).to_contain_text(SCRIPT[:60])
    canvas.page.goto(f"{canvas.url}/#/p/{canvas.project}/gallery")
    canvas.allow("404")  # that leads home, where graphs of other tests lie, whose pictures these may have deleted
    canvas.page.goto(f"{canvas.url}/#/g/{graph['id']}/r/{SCRIPT}")
    assert canvas.page.title() != "hacked"
    assert canvas.page.locator("img[src=x]").count() == 0


def test_a_wire_to_a_port_that_is_gone_is_kept_and_explained(canvas: Canvas):
    def older(kind):
        if kind["name"] == "text_to_image":
            kind["inputs"] = [port for port in kind["inputs"] if port["name"] != "prompt"]
        return kind

    otherwise(canvas, older)
    canvas.draw(CHAIN)
    expect(canvas.edges()).to_have_count(1)
    expect(canvas.node("picture")).to_contain_text("prompt")
    assert len(canvas.graph()["edges"]) == 1


def test_a_picture_that_is_gone_is_explained(canvas: Canvas):
    picture = png("a fox")
    wanted = {"filename": "fox.png", "mime": "image/png", "bytes": len(picture), "project_id": canvas.project}
    upload = canvas.api.post("/api/assets/uploads", wanted)
    httpx2.put(upload["url"], content=picture, headers=upload["headers"], trust_env=False).raise_for_status()
    asset = canvas.api.post(upload["complete_url"])["id"]
    graph = canvas.draw(workflow(node("photo", "asset", asset_id=asset), name="With a photo"))
    expect(canvas.node("photo").locator("img")).to_be_visible()
    answer = canvas.api.http.delete(f"/api/assets/{asset}", params={"confirm": True})
    assert answer.is_success, answer.text
    canvas.allow("404")
    canvas.allow("executions/estimate")  # which says that it cannot run
    canvas.page.reload()
    expect(canvas.node("photo")).to_be_visible()
    expect(canvas.page.get_by_role("application")).to_contain_text("gone")
    assert canvas.graph()["id"] == graph["id"]
