/** Files that hold a graph: a workflow of ours, or what React Flow saves. */
import type { components } from "../api/schema";
import { isRecord } from "./notes";

export type Workflow = components["schemas"]["Workflow"];
export type Flow = components["schemas"]["NewFlow"];
export type Found = { kind: "workflow"; workflow: Workflow } | { kind: "flow"; flow: Flow };

/** What a text holds, if it is a graph at all. Never throws; whether every part of it fits, the server says. */
export function graphIn(text: string): Found | null {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return null;
  }
  if (isWorkflow(raw)) return { kind: "workflow", workflow: { ...raw, name: nameOf(raw.name) } };
  return isFlow(raw) ? { kind: "flow", flow: { ...raw, name: nameOf(raw.name) } } : null;
}

function nameOf(name: unknown): string {
  return typeof name === "string" && name.trim() ? name.slice(0, 200) : "Imported";
}

function nodesIn(raw: unknown): Record<string, unknown>[] | null {
  if (!isRecord(raw) || !Array.isArray(raw["nodes"]) || !raw["nodes"].length) return null;
  const nodes: unknown[] = raw["nodes"];
  return nodes.every(isRecord) && nodes.every((node) => typeof node["id"] === "string") ? nodes : null;
}

function edgesIn(raw: unknown): unknown[] {
  return isRecord(raw) && Array.isArray(raw["edges"]) ? raw["edges"] : [];
}

export function isWorkflow(raw: unknown): raw is Workflow {
  const nodes = nodesIn(raw);
  if (!nodes?.every((node) => typeof node["type"] === "string" && !("data" in node))) return false;
  return edgesIn(raw).every((edge) => isRecord(edge) && ["source_node_id", "source_port", "target_node_id", "target_port"].every((name) => typeof edge[name] === "string"));
}

function isFlow(raw: unknown): raw is Flow {
  return nodesIn(raw) !== null && edgesIn(raw).every((edge) => isRecord(edge) && typeof edge["source"] === "string" && typeof edge["target"] === "string");
}
