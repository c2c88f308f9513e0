"""React Flow drawings made graphs, and graphs shown by React Flow, which make the same graphs again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.catalogue import NODE_TYPES
from contracts.nodes import PortType
from gateway.flow.export import flow_of
from gateway.flow.fitting import fit
from gateway.flow.mapping import mapped
from gateway.flow.shapes import Flow
from providers.catalogue import book

DRAWN = {
    "nodes": [
        {"id": "words", "type": "text", "position": {"x": 10, "y": 20.5}, "data": {"params": {"text": "a fox"}}},
        {"id": "paint", "type": "text_to_image", "position": {"x": 300, "y": 20}, "data": {"title": "Fox"}},
        {"id": "out", "type": "output", "position": {"x": 600, "y": 20}, "data": {}, "selected": True},
    ],
    "edges": [
        {"id": "e1", "source": "words", "target": "paint", "sourceHandle": "text", "targetHandle": "prompt"},
        {"id": "e2", "source": "paint", "target": "out", "sourceHandle": "image", "targetHandle": "value"},
    ],
    "viewport": {"x": 0, "y": 0, "zoom": 1.5},
}
BOOK = book(["local"])


@pytest.fixture(scope="module")
def api(whole_house):
    with whole_house.client() as client:
        yield client


def graph_like(graph):
    """All that makes a graph, without when and where it was made."""
    kept = ("id", "type", "title", "params", "position", "bypassed", "variation", "outputs")
    nodes = {node["id"]: {key: node.get(key) for key in kept} for node in graph["nodes"]}
    edges = {edge["id"]: edge for edge in graph["edges"]}
    return graph["name"], nodes, edges, graph["notes"], graph["frames"]


def imported(api, flow, **more):
    answer = api.post("/api/graphs/import/flow", json={**flow, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def exported(api, graph_id):
    answer = api.get(f"/api/graphs/{graph_id}/export", params={"format": "react-flow"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_drawing_becomes_a_graph_that_can_run_and_comes_back(api):
    graph = imported(api, DRAWN, name="Drawn")
    assert graph["import_notes"] == []
    paint = next(node for node in graph["nodes"] if node["id"] == "paint")
    assert (paint["title"], paint["position"]) == ("Fox", {"x": 300, "y": 20})
    assert api.post("/api/executions", json={"graph_id": graph["id"]}).status_code == 202
    flow = exported(api, graph["id"])
    assert flow["viewport"] == {"x": 0, "y": 0, "zoom": 1}
    handles = [(e["source"], e["sourceHandle"], e["target"], e["targetHandle"]) for e in flow["edges"]]
    assert handles == [("words", "text", "paint", "prompt"), ("paint", "image", "out", "value")]
    assert graph_like(imported(api, flow)) == graph_like(graph)


def test_notes_frames_titles_and_variations_come_back(api):
    graph = imported(api, DRAWN, name="Drawn")
    url = f"/api/graphs/{graph['id']}"
    frames = [{"id": "f", "title": "Act 1", "x": 1, "y": 2, "width": 30, "height": 40, "colour": "red"}]
    api.patch(url, json={"notes": [{"text": "why", "deep": {"x": [1, None]}}], "frames": frames})
    api.patch(f"{url}/nodes/words", json={"bypassed": True})
    api.post(f"{url}/edits", json={"ops": [{"op": "vary_node", "node_id": "paint"}]})
    graph = api.get(url).json()
    assert graph_like(imported(api, exported(api, graph["id"]))) == graph_like(graph)


def test_other_spellings_are_understood(api):
    flow = {
        "nodes": [
            {"id": "group 1", "type": "group", "position": {"x": 100, "y": 100}, "width": 50, "data": {"label": "Act"}},
            {
                "id": "reactflow__node:1",
                "type": "custom",
                "parentId": "group 1",
                "position": {"x": 1, "y": 2},
                "data": {"type": "textToImage", "prompt": "a fox", "label": "Fox", "onChange": "…"},
            },
            {"id": "reactflow__node:2", "type": "image-to-text", "position": {"x": 0, "y": 0}, "data": {}},
            {"id": "n", "type": "note", "position": {"x": 0, "y": 0}, "data": {"text": "why"}},
        ],
        "edges": [
            {"id": "xy-edge:1", "source": "reactflow__node:1", "target": "reactflow__node:2", "sourceHandle": None},
        ],
    }
    graph = imported(api, flow)
    fox, words = graph["nodes"]
    assert (fox["id"], fox["type"], fox["title"]) == ("reactflow__node-1", "text_to_image", "Fox")
    assert (fox["params"], fox["position"]) == ({"prompt": "a fox"}, {"x": 101, "y": 102})
    assert words["type"] == "image_to_text"
    (edge,) = graph["edges"]
    assert (edge["source_port"], edge["target_port"]) == ("image", "image")
    assert [note["message"].split(" is called ")[1] for note in graph["import_notes"]] == [
        "'reactflow__node-1' here.",
        "'reactflow__node-2' here.",
    ]
    assert graph["frames"] == [{"id": "group-1", "title": "Act", "x": 100, "y": 100, "width": 50}]
    assert graph["notes"][0]["text"] == "why"
    flow["edges"][0] |= {"sourceHandle": "output-image", "targetHandle": "in:image"}
    assert imported(api, flow)["edges"][0]["target_port"] == "image"


def changed(**changes):
    nodes = [dict(node) for node in DRAWN["nodes"]]
    edges = [dict(edge) for edge in DRAWN["edges"]]
    for name, change in changes.items():
        what, index = (nodes, int(name[1:])) if name[0] == "n" else (edges, int(name[1:]))
        if index == len(what):
            what.append(change)
        else:
            what[index] |= change
    return {"nodes": nodes, "edges": edges}


LOOP = {"source": "paint", "target": "paint", "sourceHandle": "image", "targetHandle": "prompt"}
REFUSED = [
    (changed(n1={"type": "wan_sampler"}), ["nodes", 1, "type"], "cannot-be-mapped"),
    (changed(n1={"type": None}), ["nodes", 1, "type"], "cannot-be-mapped"),
    (changed(n1={"type": "input", "data": {"label": "x"}}), ["nodes", 1, "type"], "cannot-be-mapped"),
    (changed(n1={"id": "words"}), ["nodes", 1, "id"], "cannot-be-mapped"),
    (changed(n1={"data": {"params": [1]}}), ["nodes", 1, "data", "params"], "cannot-be-mapped"),
    (changed(e0={"sourceHandle": "sound"}), ["edges", 0, "sourceHandle"], "cannot-be-mapped"),
    (changed(e0={"targetHandle": "sound"}), ["edges", 0, "targetHandle"], "cannot-be-mapped"),
    (changed(e0={"source": "nobody"}), ["edges", 0, "source"], "cannot-be-mapped"),
    (changed(n1={"data": {"params": {"mood": 1}}}), ["nodes", 1, "data", "params", "mood"], "unknown-param"),
    (changed(n1={"data": {"params": {"count": 99}}}), ["nodes", 1, "data", "params", "count"], "invalid-param"),
    (changed(e0={"targetHandle": "character"}), ["edges", 0, "targetHandle"], "type-mismatch"),
    (changed(e2={**DRAWN["edges"][0], "id": "e3"}), ["edges", 2, "targetHandle"], "occupied-input"),
    (changed(e2={**DRAWN["edges"][1], "id": "e3"}), ["edges", 2, "source"], "duplicate-edge"),
    (changed(e2=LOOP), ["edges", 2, "target"], "self-loop"),
    (
        changed(n3={"id": "gone", "type": "asset", "data": {"params": {"asset_id": "nothing"}}}),
        ["nodes", 3, "data", "params", "asset_id"],
        "cannot-be-mapped",
    ),
    (changed(n3={"id": "bare", "type": "asset"}), ["nodes", 3, "data", "params", "asset_id"], "invalid-param"),
    (changed(n0={"data": {}}), ["nodes", 0, "data", "params", "text"], "invalid-param"),
]


@pytest.mark.parametrize(("flow", "loc", "type_"), REFUSED)
def test_what_does_not_fit_is_refused_by_name_or_left_out_and_told(api, flow, loc, type_):
    refused = api.post("/api/graphs/import/flow", json=flow)
    assert refused.status_code == 422, refused.text
    assert refused.json()["type"] == f"/problems/{type_}"
    first = refused.json()["errors"][0]["loc"]
    assert first[:3] == ["body", *loc][:3]
    if type_ in {"cannot-be-mapped", "unknown-param", "invalid-param"}:
        assert first == ["body", *loc]
    graph = imported(api, flow, lenient=True)
    assert any(note["loc"][:3] == ["body", *loc[:2]] for note in graph["import_notes"]), graph["import_notes"]
    assert len(graph["nodes"]) >= 2


@pytest.mark.parametrize(
    "flow", [{"nodes": 7}, {"nodes": [{"id": ""}]}, {"nodes": [{"id": "a", "position": {"x": 1e300}}]}, {}, []]
)
def test_what_is_no_drawing_is_refused(api, flow):
    assert api.post("/api/graphs/import/flow", json=flow).status_code == 422
    nodes = [{"id": f"n{i}", "type": "output"} for i in range(2_001)]
    assert api.post("/api/graphs/import/flow", json={"nodes": nodes}).json()["type"] == "/problems/graph-too-large"


TYPES = st.sampled_from(["text", "text_to_image", "image_to_image", "text_to_text", "upscale", "output", "nothing"])
ANY_EDGE = st.tuples(
    st.integers(0, 9),
    st.integers(0, 9),
    st.sampled_from([None, "text", "image", "prompt", "out-image"]),
    st.sampled_from([None, "prompt", "image", "value", "context", "reference", "nowhere"]),
)
PARAMS = st.dictionaries(
    st.sampled_from(["prompt", "text", "seed", "count", "mood", "model", "factor", "strength"]),
    st.sampled_from(["a fox", 1, 2, 0.5, 99, None, "local-painter"]),
    max_size=3,
)


@settings(max_examples=60, deadline=None)
@given(nodes=st.lists(st.tuples(TYPES, PARAMS), max_size=10), wires=st.lists(ANY_EDGE, max_size=25))
def test_what_is_left_of_any_drawing_is_a_graph(nodes, wires):
    flow = Flow.model_validate(
        {
            "nodes": [
                {"id": f"n{i}", "type": kind, "data": {"params": params}} for i, (kind, params) in enumerate(nodes)
            ],
            "edges": [
                {"source": f"n{a}", "target": f"n{b}", "sourceHandle": from_, "targetHandle": to}
                for a, b, from_, to in wires
            ],
        }
    )
    drawing = mapped(flow, {})
    fit(drawing, {}, BOOK)
    there = {node.id: NODE_TYPES[node.type] for _, node in drawing.nodes}
    below = {id_: set() for id_ in there}
    singles = []
    for _, edge in drawing.edges:
        port = there[edge.target_node_id].input(edge.target_port)
        (type_,) = (one.type for one in there[edge.source_node_id].outputs if one.name == edge.source_port)
        assert port.type is PortType.ANY or port.type is type_
        below[edge.target_node_id].add(edge.source_node_id)
        singles += [] if port.many else [(edge.target_node_id, port.name)]
    assert len(singles) == len(set(singles))
    while free := [id_ for id_, needs in below.items() if not needs]:
        below = {id_: needs - {*free} for id_, needs in below.items() if id_ not in free}
    assert below == {}, "there is a circle"
    told = len(drawing.remarks)
    assert told >= len(nodes) + len(wires) - len(drawing.nodes) - len(drawing.edges)


PLACES = st.builds(lambda x, y: {"x": x, "y": y}, st.floats(-1e6, 1e6), st.integers(-1000, 1000))
SHEET_NODES = st.lists(
    st.tuples(
        st.sampled_from([name for name, kind in NODE_TYPES.items() if name != "asset"]),
        st.one_of(st.none(), st.text(min_size=1, max_size=20)),
        PLACES,
        st.booleans(),
        st.integers(0, 5),
        st.dictionaries(st.text(max_size=6), st.one_of(st.integers(), st.text(max_size=9), st.booleans()), max_size=3),
    ),
    max_size=8,
)
THINGS = st.lists(
    st.dictionaries(st.text(max_size=6), st.one_of(st.integers(), st.none(), PLACES), max_size=3), max_size=3
)


@settings(max_examples=80, deadline=None)
@given(nodes=SHEET_NODES, wires=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12), things=THINGS)
def test_a_graph_shown_by_react_flow_makes_the_same_graph_again(nodes, wires, things):
    drawn = [
        {
            "id": f"frame-{i}" if i % 2 else f"n{i}",
            "type": kind,
            "title": title,
            "position": at,
            "bypassed": off,
            "variation": nth,
            "params": params,
            "outputs": [port.model_dump(mode="json") for port in NODE_TYPES[kind].outputs],
        }
        for i, (kind, title, at, off, nth, params) in enumerate(nodes)
    ]
    joined = [
        {
            "id": f"e{i}",
            "source_node_id": drawn[a]["id"],
            "source_port": out["name"],
            "target_node_id": drawn[b]["id"],
            "target_port": port.name,
            "order": i,
        }
        for i, (a, b) in enumerate(wires)
        if a < len(drawn) and b < len(drawn)
        for out in drawn[a]["outputs"][-1:]
        for port in NODE_TYPES[drawn[b]["type"]].inputs[-1:]
    ]
    content = {"nodes": drawn, "edges": joined, "notes": things, "frames": things[::-1]}
    back = mapped(Flow.model_validate(flow_of("A graph", content)), {})
    assert back.remarks == back.hints == []
    again = [node.model_dump(mode="json") for _, node in back.nodes]
    assert again == [{key: value for key, value in node.items() if key != "outputs"} for node in drawn]
    assert [edge.model_dump(mode="json") for _, edge in back.edges] == joined
    assert (back.notes, back.frames) == (things, things[::-1])
