/** A node as it was when it made something: what has to change for that. */
import type { ServerOp } from "../graph/edit";
import type { GraphNode, NodeType } from "../graph/model";
import type { Generation } from "../io/generations";

type ChangeNode = Extract<ServerOp, { op: "change_node" }>;

/** Chosen by the server where the node leaves them open. */
const OPEN = ["provider", "model"] as const;

/** What a node type declares of a parameter, as far as it matters here. */
function declared(kind: NodeType): ReadonlyMap<string, { default?: unknown }> {
  const properties = kind.params["properties"];
  if (typeof properties !== "object" || properties === null) return new Map();
  return new Map(Object.entries(properties).map(([name, one]) => [name, isRecord(one) && "default" in one ? { default: one["default"] } : {}]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The settings that were given then, also those that stand beside the params in a snapshot. */
function settings(then: Generation): Record<string, unknown> {
  const { params, provider, model, seed } = then.settings_snapshot;
  return { ...(isRecord(params) ? params : {}), provider, model, seed };
}

/** Params that are not now as they were then, as a change of the node would spell them; null: back to the default. */
export function changes(node: GraphNode, then: Generation, kind: NodeType): Record<string, unknown> {
  const was = settings(then);
  const changed: Record<string, unknown> = {};
  for (const [name, { default: usual }] of declared(kind)) {
    const [before, now] = [was[name] ?? usual ?? null, node.params[name] ?? usual ?? null];
    if (JSON.stringify(before) !== JSON.stringify(now)) changed[name] = JSON.stringify(before) === JSON.stringify(usual) ? null : before;
  }
  return changed;
}

/** Whether the node is set now as it was then. What is left open is not compared: the server chose it. */
export function isNow(node: GraphNode, then: Generation, kind: NodeType): boolean {
  const names = Object.keys(changes(node, then, kind));
  return names.every((name) => OPEN.some((one) => one === name) && !(name in node.params));
}

/** null: it is so already. */
export function restoring(node: GraphNode, then: Generation, kind: NodeType): ChangeNode | null {
  const params = changes(node, then, kind);
  return Object.keys(params).length ? { op: "change_node", node_id: node.id, params } : null;
}

/** Whether words of the prompt came over a wire: they are not the node's to restore. */
export function wired(then: Generation): boolean {
  const { params } = then.settings_snapshot;
  const own = isRecord(params) ? params["prompt"] : undefined;
  return Boolean(then.prompt_snapshot) && then.prompt_snapshot !== own;
}
