/** Ports that edges name and that are not there: a later release had them, or an earlier one. */
import { inputsOf, outputOf } from "./connect";
import type { Catalogue, Drawing } from "./model";

export interface Lost {
  inputs: readonly string[];
  outputs: readonly string[];
}

export function lostPorts(drawing: Drawing, catalogue: Catalogue): ReadonlyMap<string, Lost> {
  const found = new Map<string, { inputs: string[]; outputs: string[] }>();
  const add = (id: string, side: "inputs" | "outputs", port: string) => {
    const lost = found.get(id) ?? { inputs: [], outputs: [] };
    if (!lost[side].includes(port)) lost[side].push(port);
    found.set(id, lost);
  };
  for (const edge of drawing.edges.values()) {
    const source = drawing.nodes.get(edge.source_node_id);
    const target = drawing.nodes.get(edge.target_node_id);
    if (source && !outputOf(source, edge.source_port)) add(source.id, "outputs", edge.source_port);
    if (target && !inputsOf(target, catalogue).some((one) => one.name === edge.target_port)) add(target.id, "inputs", edge.target_port);
  }
  return found;
}
