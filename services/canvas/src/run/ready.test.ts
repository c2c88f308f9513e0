import { expect, it } from "vitest";
import type { Catalogue, Drawing, GraphNode, NodeType } from "../graph/model";
import { since } from "./forking";
import { lacks, needed, variablesOf } from "./ready";

const kind = (name: string, more: Partial<NodeType> = {}): NodeType => ({
  name,
  type: name,
  version: 1,
  title: name,
  help: "",
  category: "",
  inputs: [],
  outputs: [],
  params: {},
  queue: null,
  available: true,
  generative: false,
  prompted: false,
  cacheable: true,
  models: [],
  ...more,
});
const CATALOGUE: Catalogue = new Map(
  [
    kind("text", { params: { required: ["text"] } }),
    kind("write", { prompted: true, inputs: [{ name: "prompt", type: "text", many: false, optional: true }] }),
    kind("look", { inputs: [{ name: "image", type: "image", many: false, optional: false }] }),
    kind("output"),
  ].map((one) => [one.name, one]),
);
const node = (id: string, type: string, params: Record<string, unknown> = {}, more: Partial<GraphNode> = {}): GraphNode => ({
  id,
  type,
  params,
  position: { x: 0, y: 0 },
  bypassed: false,
  variation: 0,
  inputs: [],
  outputs: [],
  ...more,
});
const drawing = (nodes: GraphNode[], wires: [string, string, string][] = []): Drawing => ({
  id: "g",
  name: "",
  project_id: "p",
  version: 1,
  nodes: new Map(nodes.map((one) => [one.id, one])),
  edges: new Map(
    wires.map(([source_node_id, target_node_id, target_port], index) => {
      const id = `${source_node_id}-${target_node_id}`;
      return [id, { id, source_node_id, source_port: "text", target_node_id, target_port, order: index }];
    }),
  ),
  notes: [],
  frames: [],
});

it("needs what leads to the outputs, and nothing else", () => {
  const graph = drawing([node("a", "text"), node("b", "write"), node("c", "write"), node("out", "output")], [["a", "b", "prompt"], ["b", "out", "value"], ["a", "c", "prompt"]]);
  expect([...needed(graph, [])].sort()).toEqual(["a", "b", "out"]);
  expect([...needed(graph, ["c"])].sort()).toEqual(["a", "c"]);
  expect([...needed(drawing([node("a", "text"), node("b", "write")], [["a", "b", "prompt"]]), [])].sort()).toEqual(["a", "b"]);
  expect(needed(graph, ["gone"]).size).toBe(0);
});

it("says what is missing of the nodes that would run, by name", () => {
  const graph = drawing([node("a", "text"), node("b", "write", { prompt: " " }), node("c", "look"), node("d", "nothing"), node("e", "look", {}, { bypassed: true })]);
  const said = lacks(graph, new Set(["a", "b", "c", "d", "e"]), CATALOGUE).map((one) => one.message);
  expect(said).toEqual([
    "text needs its text.",
    "write needs a prompt: write one, or connect one.",
    "look needs something connected to its image input.",
    "This server knows no node type “nothing”.",
  ]);
  expect(lacks(graph, new Set(), CATALOGUE)).toEqual([]);
  expect(lacks(drawing([]), new Set(), CATALOGUE)).toHaveLength(1);
});

it("finds each variable once, and only of what runs", () => {
  const graph = drawing([node("a", "text", { text: "{{ hour }} {{hour}} {{1}} {{}}", count: 3 }), node("b", "write", { prompt: "{{beast_2}} {{{x}}}" }), node("c", "write", { prompt: "{{other}}" })]);
  expect(variablesOf(graph, new Set(["a", "b"]))).toEqual(["hour", "beast_2", "x"]);
});

it("forks with what was edited since, as far as it matters to a run", () => {
  const then = drawing([node("a", "text", { text: "one", old: 1 }), node("b", "write"), node("c", "look")], [["a", "b", "prompt"], ["b", "c", "image"]]);
  const now = drawing(
    [node("a", "text", { text: "two" }, { position: { x: 9, y: 9 }, title: "New" }), node("b", "write", {}, { variation: 2 }), node("d", "output")],
    [["a", "b", "prompt"], ["b", "d", "value"]],
  );
  expect(since(then, now)).toEqual([
    { op: "remove_node", node_id: "c" },
    { op: "change_node", node_id: "a", params: { text: "two", old: null }, bypassed: false },
    { op: "vary_node", node_id: "b" },
    { op: "vary_node", node_id: "b" },
    { op: "add_node", id: "d", type: "output", params: {}, position: { x: 0, y: 0 }, bypassed: false, title: null },
    { op: "add_edge", id: "b-d", source_node_id: "b", source_port: "text", target_node_id: "d", target_port: "value", order: 1 },
  ]);
  expect(since(then, then)).toEqual([]);
});
