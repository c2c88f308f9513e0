import { describe, expect, it } from "vitest";
import { aligned, distributed } from "./arrange";
import { reason } from "./connect";
import { applied, fitted, inverse, sweeping, toSend } from "./edit";
import type { Op } from "./edit";
import { graphIn } from "./files";
import { NONE, done } from "./history";
import { laidOut } from "./layout";
import { lostPorts } from "./lost";
import type { Catalogue, Drawing, NodeType } from "./model";
import { around, frameShape, noteOf, noteShape, within } from "./notes";
import type { Note } from "./notes";
import { provenanceOf } from "./provenance";
import { kept } from "./same";
import { takers } from "./takers";

type Ports = readonly (readonly [string, string, boolean?])[];

function kind(name: string, inputs: Ports, outputs: Ports): NodeType {
  return {
    name, type: name, version: 1, title: name, help: "", category: "image", params: {}, queue: null,
    available: true, prompted: false, cacheable: true, generative: false, models: [],
    inputs: inputs.map(([port, type, many]) => ({ name: port, type: typed(type), many: many ?? false, optional: true })),
    outputs: outputs.map(([port, type]) => ({ name: port, type: typed(type) })),
  };
}

function typed(name: string): NodeType["outputs"][number]["type"] {
  const known = (["text", "image", "any"] as const).find((one) => one === name);
  if (!known) throw new Error(name);
  return known;
}

const CATALOGUE: Catalogue = new Map(
  [
    kind("text", [], [["text", "text"]]),
    kind("paint", [["prompt", "text"], ["image", "image"], ["reference", "image", true]], [["image", "image"]]),
    kind("output", [["value", "any", true]], []),
  ].map((one) => [one.name, one]),
);
const EMPTY: Drawing = { id: "g", name: "G", project_id: "p", version: 1, nodes: new Map(), edges: new Map(), notes: [], frames: [] };
const add = (id: string, type: string): Op => ({ op: "add_node", id, type, params: {}, position: { x: 0, y: 0 } });
const wire = (id: string, source: string, out: string, target: string, into: string): Op & { op: "add_edge" } => ({
  op: "add_edge", id, source_node_id: source, source_port: out, target_node_id: target, target_port: into,
});
const CHAIN = applied(
  EMPTY,
  [add("t", "text"), add("a", "paint"), add("b", "paint"), add("c", "paint"), add("o", "output"), wire("1", "t", "text", "a", "prompt"), wire("2", "a", "image", "b", "image"), wire("3", "b", "image", "c", "image"), wire("4", "a", "image", "c", "reference")],
  CATALOGUE,
);
const note = (id: string, text = ""): Note => ({ id, text, x: 0, y: 0, width: 100, height: 50, colour: "blue", rest: {} });

describe("what a wire could go to", () => {
  it.each(["source", "target"] as const)("is what the rules allow, for every port, from a %s", (side) => {
    const ports = [...CHAIN.nodes.values()].flatMap((node) => {
      const names = side === "source" ? node.outputs : (CATALOGUE.get(node.type)?.inputs ?? []);
      return names.map((port) => ({ node_id: node.id, port: port.name, side }));
    });
    for (const loose of ports) {
      const found = takers(loose, CHAIN, CATALOGUE);
      for (const other of CHAIN.nodes.values())
        for (const port of side === "source" ? (CATALOGUE.get(other.type)?.inputs ?? []) : other.outputs) {
          const ends = side === "source" ? wire("x", loose.node_id, loose.port, other.id, port.name) : wire("x", other.id, port.name, loose.node_id, loose.port);
          expect([loose, other.id, port.name, found.get(other.id)?.includes(port.name) ?? false]).toEqual([loose, other.id, port.name, reason(ends, CHAIN, CATALOGUE) === null]);
        }
    }
  });
});

describe("notes and frames", () => {
  it("are sent all at once, edited one by one, and undone without touching those of another tab", () => {
    const mine: Op[] = [{ op: "put", on: "notes", thing: note("m", "mine") }];
    const back = inverse(EMPTY, mine, CATALOGUE);
    const theirs = applied(EMPTY, [{ op: "put", on: "notes", thing: note("o", "theirs") }], CATALOGUE);
    const sent = toSend(theirs, mine, CATALOGUE);
    expect(sent).toEqual([{ op: "describe", notes: [noteShape(note("o", "theirs")), noteShape(note("m", "mine"))] }]);
    expect(sweeping(sent)).toBe(true);
    const both = applied(theirs, mine, CATALOGUE);
    expect(applied(both, back, CATALOGUE).notes.map((one) => one.id)).toEqual(["o"]);
    expect(sweeping(toSend(EMPTY, [add("x", "text")], CATALOGUE))).toBe(false);
  });

  it("keep what is not known here, and are drawn whatever somebody has kept there", () => {
    const raw = { id: "n", text: "hello", x: 1, y: 2, width: 300, height: 90, colour: "green", author: "me" };
    expect(noteShape(noteOf(raw, "?"))).toEqual(raw);
    expect(frameShape(noteOf({ ...raw, title: "T", text: "" }, "?"))).toMatchObject({ title: "T", author: "me" });
    expect(noteOf({ x: "far", width: 1e12, colour: "url(evil)", text: 5, position: { x: 7, y: 8 } }, "note-0")).toMatchObject({ id: "note-0", text: "", x: 7, y: 8, width: 240, colour: "yellow" });
  });

  it("a frame lies around what it is made for", () => {
    const box = { x: 100, y: 100, width: 50, height: 50 };
    expect(within(around([box], "f"), box)).toBe(true);
    expect(within(around([box], "f"), { ...box, x: 500 })).toBe(false);
  });
});

describe("what another tab has changed meanwhile", () => {
  it("is left out of what is undone", () => {
    const ops: Op[] = [{ op: "change_node", node_id: "gone", title: "x" }, { op: "remove_node", node_id: "a" }, { op: "remove_node", node_id: "a" }, add("t", "text"), wire("9", "t", "text", "b", "prompt"), { op: "remove_edge", edge_id: "1" }];
    expect(fitted(CHAIN, ops, CATALOGUE)).toEqual([ops[1], ops[4]]);
  });

  it("keeps the objects that say the same, and only those", () => {
    const copy: Drawing = { ...CHAIN, version: 2, nodes: new Map([...CHAIN.nodes].map(([id, one]) => [id, { ...one, title: id === "a" ? "new" : (one.title ?? null) }])), edges: new Map([...CHAIN.edges].map(([id, one]) => [id, { ...one }])) };
    const after = kept(CHAIN, copy);
    expect(after.edges).toBe(CHAIN.edges);
    expect(after.nodes.get("b")).toBe(CHAIN.nodes.get("b"));
    expect(after.nodes.get("a")?.title).toBe("new");
    expect(after.version).toBe(2);
  });
});

it("typing is one step back", () => {
  const step = (text: string, at: number) => ({ name: "Change", redo: [{ op: "describe", name: text } as const], undo: [{ op: "describe", name: `before ${text}` } as const], sort: "s", at });
  const typed = done(done(done(NONE, step("a", 0)), step("ab", 500)), step("abc", 900));
  expect(typed.past).toHaveLength(1);
  expect(typed.past[0]).toMatchObject({ redo: [{ name: "abc" }], undo: [{ name: "before a" }] });
  expect(done(typed, step("abcd", 60_000)).past).toHaveLength(2);
  expect(done(typed, { ...step("x", 901), sort: "other" }).past).toHaveLength(2);
});

it("finds the ports that are no longer there, on both sides", () => {
  const broken = applied(CHAIN, [wire("l", "t", "speech", "b", "prompt"), wire("m", "a", "image", "o", "film")], CATALOGUE);
  expect(Object.fromEntries(lostPorts(broken, CATALOGUE))).toEqual({ t: { inputs: [], outputs: ["speech"] }, o: { inputs: ["film"], outputs: [] } });
});

describe("order", () => {
  const boxes = new Map([
    ["a", { x: 0, y: 0, width: 100, height: 50 }],
    ["b", { x: 30, y: 200, width: 60, height: 50 }],
    ["c", { x: 400, y: 90, width: 100, height: 50 }],
  ]);
  it("in line", () => {
    expect([...aligned(boxes, "left").values()].map((one) => one.x)).toEqual([0, 0, 0]);
    expect([...aligned(boxes, "right").values()].map((one) => one.x)).toEqual([400, 440, 400]);
    expect([...aligned(boxes, "middle").values()].map((one) => one.y)).toEqual([100, 100, 100]);
  });
  it("at even distances", () => {
    expect([...distributed(boxes, "x")]).toEqual([["a", { x: 0, y: 0 }], ["b", { x: 220, y: 200 }], ["c", { x: 400, y: 90 }]]);
  });
  it("in layers, from left to right, lost wires or not", async () => {
    const drawing = applied(CHAIN, [wire("l", "t", "speech", "b", "prompt")], CATALOGUE);
    const sizes = new Map([...drawing.nodes.keys()].map((id) => [id, { x: 50, y: 60, width: 240, height: 120 }]));
    const places = await laidOut(drawing, sizes, CATALOGUE);
    const x = (id: string) => places.get(id)?.x ?? Number.NaN;
    expect(x("t")).toBeLessThan(x("a"));
    expect(x("a")).toBeLessThan(x("b"));
    expect(x("b")).toBeLessThan(x("c"));
    expect(places.size).toBe(5);
  });
});

describe("files", () => {
  it("are told apart", () => {
    const ours = { name: "W", nodes: [{ id: "a", type: "text", params: { text: "x" } }], edges: [] };
    expect(graphIn(JSON.stringify(ours))).toEqual({ kind: "workflow", workflow: ours });
    expect(graphIn(JSON.stringify({ nodes: [{ id: "a", type: "text", position: { x: 0, y: 0 }, data: {} }], edges: [{ id: "e", source: "a", target: "a" }] }))?.kind).toBe("flow");
    for (const nonsense of ["", "null", "[]", '{"nodes": []}', '{"nodes": [1]}', '{"nodes": [{"type": "x"}]}', "<html>"]) expect(graphIn(nonsense)).toBeNull();
  });

  it("a picture says which graph made it", () => {
    const packet = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description groove:node="n" groove:model="m &amp; n" groove:graph="01-ab_c"/></x:xmpmeta>';
    const before = new Uint8Array(700_000);
    const letters = new TextEncoder().encode(packet);
    expect(provenanceOf(letters)).toEqual({ graph: "01-ab_c", node: "n", model: "m &amp; n" });
    expect(provenanceOf(new Uint8Array([...before, ...letters]))?.graph).toBe("01-ab_c");
    expect(provenanceOf(before)).toBeNull();
    expect(provenanceOf(new TextEncoder().encode(packet.replace("01-ab_c", "../../evil")))).toBeNull();
  });
});
