import { describe, expect, it } from "vitest";
import { copied, parsed, pasting } from "./clipboard";
import { fitting, reason } from "./connect";
import { applied, inverse } from "./edit";
import type { Op } from "./edit";
import { NONE, back, done, forth, read } from "./history";
import type { Catalogue, Drawing, NodeType, PortType } from "./model";

function kind(name: string, inputs: [string, PortType, boolean?][], outputs: [string, PortType][]): NodeType {
  return {
    name,
    type: name,
    version: 1,
    title: name,
    help: "",
    category: "image",
    inputs: inputs.map(([port, type, many]) => ({ name: port, type, many: many ?? false, optional: true })),
    outputs: outputs.map(([port, type]) => ({ name: port, type })),
    params: {},
    queue: null,
    available: true,
    prompted: false,
    cacheable: true,
    generative: false,
    models: [],
  };
}

const CATALOGUE: Catalogue = new Map(
  [
    kind("text", [], [["text", "text"]]),
    kind("text_to_image", [["prompt", "text"]], [["image", "image"]]),
    kind("image_to_image", [["image", "image"], ["prompt", "text"], ["reference", "image", true]], [["image", "image"]]),
    kind("output", [["value", "any", true]], []),
  ].map((one) => [one.name, one]),
);
const EMPTY: Drawing = { id: "g", name: "G", project_id: "p", version: 1, nodes: new Map(), edges: new Map(), notes: [], frames: [] };
const add = (id: string, type: string): Op => ({ op: "add_node", id, type, params: {}, position: { x: 10, y: 20 } });
const wire = (id: string, from: string, to: string): Op => {
  const [source_node_id = "", source_port = ""] = from.split(".");
  const [target_node_id = "", target_port = ""] = to.split(".");
  return { op: "add_edge", id, source_node_id, source_port, target_node_id, target_port };
};
const ends = (from: string, to: string) => {
  const op = wire("x", from, to);
  if (op.op !== "add_edge") throw new Error();
  return op;
};
const DRAWN = applied(
  EMPTY,
  [add("t", "text"), add("a", "text_to_image"), add("b", "image_to_image"), add("o", "output"), wire("e1", "t.text", "a.prompt"), wire("e2", "a.image", "b.image")],
  CATALOGUE,
);
const why = (from: string, to: string) => reason(ends(from, to), DRAWN, CATALOGUE);

describe("what may be connected", () => {
  it("says why not, in the server's words", () => {
    expect(why("t.text", "b.prompt")).toBeNull();
    expect(why("a.image", "b.reference")).toBeNull();
    expect(why("b.image", "o.value")).toBeNull();
    expect(why("a.image", "a.prompt")).toBe("a cannot be connected to itself.");
    expect(why("a.image", "b.prompt")).toBe("a.image is image; b.prompt takes text.");
    expect(why("t.text", "a.image")).toBe("a (text_to_image) has no input 'image'. It has: prompt.");
    expect(why("t.picture", "a.prompt")).toBe("t (text) has no output 'picture'. It has: text.");
    expect(why("x.text", "a.prompt")).toBe("There is no node 'x'.");
    expect(why("t.text", "a.prompt")).toBe("a.prompt takes one connection, and t.text is connected to it already (edge e1).");
    const looped = applied(DRAWN, [{ op: "remove_edge", edge_id: "e1" }], CATALOGUE);
    expect(reason(ends("b.image", "b.image"), looped, CATALOGUE)).toContain("itself");
    const chain = applied(DRAWN, [add("c", "image_to_image"), wire("e3", "b.image", "c.image")], CATALOGUE);
    expect(reason(ends("c.image", "b.reference"), chain, CATALOGUE)).toBe("This would close a circle: c → b → c.");
    const twice = applied(DRAWN, [wire("e4", "a.image", "b.reference")], CATALOGUE);
    expect(reason(ends("a.image", "b.reference"), twice, CATALOGUE)).toBe("a.image and b.reference are connected already (edge e4).");
  });

  it("offers the node types that fit a loose end, with the port", () => {
    expect(fitting({ node_id: "a", port: "image", side: "source" }, DRAWN, CATALOGUE)).toEqual([
      { type: "image_to_image", port: "image" },
      { type: "output", port: "value" },
    ]);
    expect(fitting({ node_id: "b", port: "prompt", side: "target" }, DRAWN, CATALOGUE)).toEqual([{ type: "text", port: "text" }]);
  });
});

describe("edits", () => {
  const cases: Record<string, Op[]> = {
    "a node": [add("n", "text")],
    "a node with its edges": [{ op: "remove_node", node_id: "a" }],
    "a change": [{ op: "change_node", node_id: "a", params: { seed: 7 }, title: "Painter", position: { x: 1, y: 2 }, bypassed: true }],
    "an edge": [wire("e9", "t.text", "b.prompt")],
    "an edge gone": [{ op: "remove_edge", edge_id: "e2" }],
    "a name and notes": [{ op: "describe", name: "Other", notes: [{ id: "n1", text: "hello", x: 0, y: 0, width: 1, height: 1 }] }],
    "several, one on the other": [add("n", "image_to_image"), wire("e5", "b.image", "n.image"), { op: "remove_node", node_id: "b" }],
  };
  for (const [name, ops] of Object.entries(cases))
    it(`takes back ${name}`, () => {
      const after = applied(DRAWN, ops, CATALOGUE);
      expect(after).not.toEqual(DRAWN);
      const again = applied(after, inverse(DRAWN, ops, CATALOGUE), CATALOGUE);
      expect(new Map([...again.nodes].sort())).toEqual(new Map([...DRAWN.nodes].sort()));
      expect(new Map([...again.edges].sort())).toEqual(new Map([...DRAWN.edges].sort()));
      expect({ ...again, nodes: 0, edges: 0 }).toEqual({ ...DRAWN, nodes: 0, edges: 0 });
    });

  it("goes back and forth, and forgets the future when something new is done", () => {
    const one = { name: "one", redo: [], undo: [] };
    const two = { name: "two", redo: [], undo: [] };
    const both = done(done(NONE, one), two);
    const undone = back(both);
    expect(undone?.step).toBe(two);
    expect(forth(undone?.history ?? NONE)?.step).toBe(two);
    expect(done(undone?.history ?? NONE, one).future).toEqual([]);
    expect(back(NONE)).toBeNull();
    expect(read(JSON.stringify(both))).toEqual(both);
    expect(read("nonsense")).toEqual(NONE);
    expect(read('{"past": 1}')).toEqual(NONE);
  });
});

describe("the clipboard", () => {
  it("pastes what was copied, under new ids, with the edges between", () => {
    const what = copied(DRAWN, new Set(["a", "b"]));
    expect(what.edges).toHaveLength(1);
    let count = 0;
    const { ops, ids } = pasting(parsed(JSON.stringify(what)) ?? what, { x: 100, y: 100 }, () => `new${count++}`);
    const after = applied(DRAWN, ops, CATALOGUE);
    expect(ids).toHaveLength(2);
    expect(after.nodes.size).toBe(6);
    expect(after.edges.size).toBe(3);
    expect(after.nodes.get("new0")?.position).toEqual({ x: 100, y: 100 });
  });

  it.each(["", "hello", "[]", "{}", '{"nodes": 3}', '{"nodes": [{"id": 1}]}', '{"nodes": []}'])("takes %j for nonsense", (text) => {
    expect(parsed(text)).toBeNull();
  });
});
