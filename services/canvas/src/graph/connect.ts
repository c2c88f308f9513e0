/** What may be connected to what: the rules of the orchestrator (domain/connect.py), with its words. */
import type { Catalogue, Drawing, GraphEdge, GraphNode, InputPort, OutputPort } from "./model";
import { accepts } from "./model";

export type Ends = Pick<GraphEdge, "source_node_id" | "source_port" | "target_node_id" | "target_port">;

/** Why an edge may not be drawn; null if it may. */
export function reason(ends: Ends, drawing: Drawing, catalogue: Catalogue): string | null {
  for (const id of [ends.source_node_id, ends.target_node_id])
    if (!drawing.nodes.has(id)) return `There is no node '${id}'.`;
  if (ends.source_node_id === ends.target_node_id) return `${ends.source_node_id} cannot be connected to itself.`;
  return ports(ends, drawing, catalogue) ?? room(ends, drawing, catalogue) ?? cycle(ends, drawing);
}

export function outputOf(node: GraphNode, port: string): OutputPort | undefined {
  return node.outputs.find((one) => one.name === port);
}

export function inputOf(node: GraphNode, port: string, catalogue: Catalogue): InputPort | undefined {
  return inputsOf(node, catalogue).find((one) => one.name === port);
}

/** By its type; of a type that is not known here, as the node was told. */
export function inputsOf(node: GraphNode, catalogue: Catalogue): readonly InputPort[] {
  return catalogue.get(node.type)?.inputs ?? node.inputs;
}

function ports(ends: Ends, drawing: Drawing, catalogue: Catalogue): string | null {
  const source = drawing.nodes.get(ends.source_node_id);
  const target = drawing.nodes.get(ends.target_node_id);
  if (!source || !target) return null;
  const output = outputOf(source, ends.source_port);
  const taken = inputOf(target, ends.target_port, catalogue);
  if (!output) return noPort(source, ends.source_port, "output", source.outputs);
  if (!taken) return noPort(target, ends.target_port, "input", inputsOf(target, catalogue));
  if (!accepts(taken.type, output.type))
    return `${source.id}.${output.name} is ${output.type}; ${target.id}.${taken.name} takes ${taken.type}.`;
  return null;
}

function noPort(node: GraphNode, port: string, side: string, there: readonly { name: string }[]): string {
  const names = there.map((one) => one.name).join(", ") || "none";
  return `${node.id} (${node.type}) has no ${side} '${port}'. It has: ${names}.`;
}

function room(ends: Ends, drawing: Drawing, catalogue: Catalogue): string | null {
  const target = drawing.nodes.get(ends.target_node_id);
  const port = target && inputOf(target, ends.target_port, catalogue);
  const into = [...drawing.edges.values()].filter(
    (edge) => edge.target_node_id === ends.target_node_id && edge.target_port === ends.target_port,
  );
  const first = into.sort((a, b) => a.order - b.order)[0];
  if (port && !port.many && first)
    return (
      `${ends.target_node_id}.${port.name} takes one connection, and ` +
      `${first.source_node_id}.${first.source_port} is connected to it already (edge ${first.id}).`
    );
  const twin = into.find(
    (edge) => edge.source_node_id === ends.source_node_id && edge.source_port === ends.source_port,
  );
  if (!twin) return null;
  const both = `${ends.source_node_id}.${ends.source_port} and ${ends.target_node_id}.${ends.target_port}`;
  return `${both} are connected already (edge ${twin.id}).`;
}

function cycle(ends: Ends, drawing: Drawing): string | null {
  const way = path(drawing, ends.target_node_id, ends.source_node_id);
  return way && `This would close a circle: ${[ends.source_node_id, ...way].join(" → ")}.`;
}

/** The nodes of a way along the edges, both ends included. */
export function path(drawing: Drawing, start: string, goal: string): string[] | null {
  const out = new Map<string, string[]>();
  for (const edge of drawing.edges.values())
    out.set(edge.source_node_id, [...(out.get(edge.source_node_id) ?? []), edge.target_node_id]);
  const came = new Map<string, string>();
  const seen = new Set([start]);
  const pile = [start];
  for (let here = pile.pop(); here !== undefined; here = pile.pop()) {
    if (here === goal) return back(came, start, goal);
    for (const next of out.get(here) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      came.set(next, here);
      pile.push(next);
    }
  }
  return null;
}

function back(came: ReadonlyMap<string, string>, start: string, goal: string): string[] {
  const way = [goal];
  for (let last = goal; last !== start; ) {
    last = came.get(last) ?? start;
    way.unshift(last);
  }
  return way;
}

/** A port of a node that is being wired, from the side that was touched. */
export interface Loose {
  node_id: string;
  port: string;
  side: "source" | "target";
}

/** The node types that a loose end fits, each with the first port that takes it. */
export function fitting(
  loose: Loose,
  drawing: Drawing,
  catalogue: Catalogue,
): { type: string; port: string }[] {
  const node = drawing.nodes.get(loose.node_id);
  if (!node) return [];
  const found: { type: string; port: string }[] = [];
  for (const kind of catalogue.values()) {
    if (!kind.available) continue;
    const port = loose.side === "source" ? taker(node, loose.port, kind.inputs) : giver(node, loose.port, kind.outputs, catalogue);
    if (port) found.push({ type: kind.name, port });
  }
  return found;
}

function taker(node: GraphNode, port: string, inputs: readonly InputPort[]): string | undefined {
  const output = outputOf(node, port);
  const exact = inputs.find((one) => one.type === output?.type);
  return (exact ?? inputs.find((one) => output && accepts(one.type, output.type)))?.name;
}

function giver(
  node: GraphNode,
  port: string,
  outputs: readonly OutputPort[],
  catalogue: Catalogue,
): string | undefined {
  const input = inputOf(node, port, catalogue);
  return outputs.find((one) => input && accepts(input.type, one.type))?.name;
}
