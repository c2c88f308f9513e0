/** What a wire that is being drawn could go to: worked out once, when it is picked up. */
import { inputOf, inputsOf, outputOf } from "./connect";
import type { Loose } from "./connect";
import { accepts } from "./model";
import type { Catalogue, Drawing, GraphEdge, GraphNode } from "./model";

/** Of every node that can take it, the ports. */
export type Takers = ReadonlyMap<string, readonly string[]>;

/** The same rules as `reason`, for all ports at once. */
export function takers(loose: Loose, drawing: Drawing, catalogue: Catalogue): Takers {
  const node = drawing.nodes.get(loose.node_id);
  const found = new Map<string, readonly string[]>();
  if (!node) return found;
  const closed = loose.side === "source" ? beyond(drawing, node.id, "up") : beyond(drawing, node.id, "down");
  const wired = wiring(drawing);
  for (const other of drawing.nodes.values()) {
    if (closed.has(other.id)) continue;
    const ports = loose.side === "source" ? inputsFor(node, loose.port, other, wired, catalogue) : outputsFor(node, loose.port, other, wired, catalogue);
    if (ports.length) found.set(other.id, ports);
  }
  return found;
}

interface Wired {
  taken: ReadonlySet<string>;
  pairs: ReadonlySet<string>;
}

function wiring(drawing: Drawing): Wired {
  const taken = new Set<string>();
  const pairs = new Set<string>();
  for (const edge of drawing.edges.values()) {
    taken.add(`${edge.target_node_id}.${edge.target_port}`);
    pairs.add(pair(edge.source_node_id, edge.source_port, edge.target_node_id, edge.target_port));
  }
  return { taken, pairs };
}

function pair(source: string, output: string, target: string, input: string): string {
  return `${source}.${output} ${target}.${input}`;
}

function inputsFor(node: GraphNode, port: string, other: GraphNode, wired: Wired, catalogue: Catalogue): string[] {
  const output = outputOf(node, port);
  if (!output) return [];
  return inputsOf(other, catalogue)
    .filter((one) => accepts(one.type, output.type) && (one.many || !wired.taken.has(`${other.id}.${one.name}`)))
    .filter((one) => !wired.pairs.has(pair(node.id, port, other.id, one.name)))
    .map((one) => one.name);
}

function outputsFor(node: GraphNode, port: string, other: GraphNode, wired: Wired, catalogue: Catalogue): string[] {
  const input = inputOf(node, port, catalogue);
  if (!input || (!input.many && wired.taken.has(`${node.id}.${port}`))) return [];
  return other.outputs
    .filter((one) => accepts(input.type, one.type) && !wired.pairs.has(pair(other.id, one.name, node.id, port)))
    .map((one) => one.name);
}

/** The node and all that it comes from (up), or all that comes from it (down): to go there would close a circle. */
function beyond(drawing: Drawing, start: string, way: "up" | "down"): ReadonlySet<string> {
  const next = new Map<string, string[]>();
  for (const edge of drawing.edges.values()) {
    const [from, to] = direction(edge, way);
    const list = next.get(from);
    if (list) list.push(to);
    else next.set(from, [to]);
  }
  const seen = new Set([start]);
  const pile = [start];
  for (let here = pile.pop(); here !== undefined; here = pile.pop())
    for (const one of next.get(here) ?? [])
      if (!seen.has(one)) {
        seen.add(one);
        pile.push(one);
      }
  return seen;
}

function direction(edge: GraphEdge, way: "up" | "down"): [string, string] {
  return way === "up" ? [edge.target_node_id, edge.source_node_id] : [edge.source_node_id, edge.target_node_id];
}
