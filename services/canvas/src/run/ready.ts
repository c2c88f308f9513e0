/** What a graph lacks to be run, as far as it can be seen here: the server looks again. */
import { inputsOf } from "../graph/connect";
import type { Catalogue, Drawing, GraphNode } from "../graph/model";
import { called } from "../graph/model";

const VARIABLE = /\{\{\s*([A-Za-z_][A-Za-z0-9_]{0,63})\s*\}\}/g;

export interface Lack {
  node: string | null;
  message: string;
}

/** The nodes that would be run for these outputs (none: all that the graph has). */
export function needed(drawing: Drawing, outputs: readonly string[]): Set<string> {
  const into = new Map<string, string[]>();
  for (const edge of drawing.edges.values()) into.set(edge.target_node_id, [...(into.get(edge.target_node_id) ?? []), edge.source_node_id]);
  const found = new Set<string>();
  const pile = outputs.length ? [...outputs] : ends(drawing);
  for (let id = pile.pop(); id !== undefined; id = pile.pop()) {
    if (found.has(id) || !drawing.nodes.has(id)) continue;
    found.add(id);
    pile.push(...(into.get(id) ?? []));
  }
  return found;
}

function ends(drawing: Drawing): string[] {
  const outputs = [...drawing.nodes.values()].filter((node) => node.type === "output" && !node.bypassed);
  if (outputs.length) return outputs.map((node) => node.id);
  const sources = new Set([...drawing.edges.values()].map((edge) => edge.source_node_id));
  return [...drawing.nodes.keys()].filter((id) => !sources.has(id));
}

/** The names of the `{{variables}}` that these nodes ask for, in the order of the graph. */
export function variablesOf(drawing: Drawing, nodes: ReadonlySet<string>): string[] {
  const names = new Set<string>();
  for (const node of drawing.nodes.values())
    if (nodes.has(node.id))
      for (const text of Object.values(node.params))
        if (typeof text === "string") for (const match of text.matchAll(VARIABLE)) names.add(match[1] ?? "");
  return [...names];
}

export function lacks(drawing: Drawing, nodes: ReadonlySet<string>, catalogue: Catalogue): Lack[] {
  if (!drawing.nodes.size) return [{ node: null, message: "The graph is empty: there is nothing to run." }];
  const wired = new Set([...drawing.edges.values()].map((edge) => `${edge.target_node_id}.${edge.target_port}`));
  return [...drawing.nodes.values()].filter((node) => nodes.has(node.id) && !node.bypassed).flatMap((node) => lacking(node, wired, catalogue));
}

function lacking(node: GraphNode, wired: ReadonlySet<string>, catalogue: Catalogue): Lack[] {
  const name = called(node, catalogue);
  const kind = catalogue.get(node.type);
  if (!kind) return [{ node: node.id, message: `This server knows no node type “${node.type}”.` }];
  if (!kind.available) return [{ node: node.id, message: `${name} cannot be run on this server.` }];
  const found = inputsOf(node, catalogue)
    .filter((port) => !port.optional && !wired.has(`${node.id}.${port.name}`))
    .map((port) => ({ node: node.id, message: `${name} needs something connected to its ${port.name} input.` }));
  const prompt = node.params["prompt"];
  const written = typeof prompt === "string" && prompt.trim() !== "";
  if (kind.prompted && !written && !wired.has(`${node.id}.prompt`))
    found.push({ node: node.id, message: `${name} needs a prompt: write one, or connect one.` });
  return [...found, ...required(node, name, kind.params)];
}

function required(node: GraphNode, name: string, schema: Readonly<Record<string, unknown>>): Lack[] {
  const names = Array.isArray(schema["required"]) ? schema["required"].filter((one) => typeof one === "string") : [];
  return names
    .filter((one) => node.params[one] === undefined || node.params[one] === "")
    .map((one) => ({ node: node.id, message: `${name} needs its ${one.replace(/_id$/, "").replaceAll("_", " ")}.` }));
}
