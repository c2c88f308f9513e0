/** What a graph is made of, as the gateway tells it. */
import type { components } from "../api/schema";
import { noteOf } from "./notes";
import type { Frame, Note } from "./notes";

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

export type { Colour, Frame, Note } from "./notes";

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
    notes: graph.notes.map((one, index) => noteOf(one, `note-${index}`)),
    frames: graph.frames.map((one, index) => noteOf(one, `frame-${index}`)),
  };
}

export function accepts(input: PortType, output: PortType): boolean {
  return input === "any" || input === output;
}

/** What a person calls it. */
export function called(node: Pick<GraphNode, "id" | "title" | "type">, catalogue: Catalogue): string {
  return node.title || catalogue.get(node.type)?.title || node.type;
}
