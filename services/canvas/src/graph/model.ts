/** What a graph is made of, as the gateway tells it. */
import type { components } from "../api/schema";

type S = components["schemas"];
export type Graph = S["GraphShape"];
export type GraphNode = S["NodeShape"];
export type GraphEdge = S["EdgeShape"];
export type InputPort = S["InputPort"];
export type OutputPort = S["OutputPort"];
export type PortType = OutputPort["type"];
export type NodeType = S["NodeTypeShape"];
export type Value = S["ValueShape"];
export type Point = S["PositionShape"];
export type Catalogue = ReadonlyMap<string, NodeType>;

/** A note or a frame on the canvas. The gateway keeps whatever is in it. */
export interface Note {
  id: string;
  text: string;
  x: number;
  y: number;
  width: number;
  height: number;
  colour?: string;
}
export interface Frame extends Note {
  nodes?: string[];
}

/** The part of a graph that is edited. `nodes` and `edges` by id, in the order they came. */
export interface Drawing {
  id: string;
  name: string;
  project_id: string;
  version: number;
  nodes: ReadonlyMap<string, GraphNode>;
  edges: ReadonlyMap<string, GraphEdge>;
  notes: readonly Note[];
  frames: readonly Frame[];
}

export function drawingOf(graph: Graph): Drawing {
  return {
    id: graph.id,
    name: graph.name,
    project_id: graph.project_id,
    version: graph.version,
    nodes: new Map(graph.nodes.map((node) => [node.id, node])),
    edges: new Map(graph.edges.map((edge) => [edge.id, edge])),
    notes: graph.notes.map((one, index) => asNote(one, `note-${index}`)),
    frames: graph.frames.map((one, index) => asNote(one, `frame-${index}`)),
  };
}

function asNote(raw: Record<string, unknown>, id: string): Note {
  const number = (value: unknown, otherwise: number) => (typeof value === "number" ? value : otherwise);
  const note: Note = {
    id: typeof raw["id"] === "string" ? raw["id"] : id,
    text: typeof raw["text"] === "string" ? raw["text"] : "",
    x: number(raw["x"], 0),
    y: number(raw["y"], 0),
    width: number(raw["width"], 240),
    height: number(raw["height"], 120),
  };
  if (typeof raw["colour"] === "string") note.colour = raw["colour"];
  return note;
}

export function accepts(input: PortType, output: PortType): boolean {
  return input === "any" || input === output;
}

/** What a person calls it. */
export function called(node: Pick<GraphNode, "id" | "title" | "type">, catalogue: Catalogue): string {
  return node.title || catalogue.get(node.type)?.title || node.type;
}
