/** What was edited since a run began, as far as it matters to one: what a fork of it is to do otherwise. */
import type { ServerOp } from "../graph/edit";
import type { Drawing, GraphEdge, GraphNode } from "../graph/model";

export function since(then: Drawing, now: Drawing): ServerOp[] {
  const ops: ServerOp[] = [];
  for (const edge of then.edges.values())
    if (!isSame(now.edges.get(edge.id), edge) && now.nodes.has(edge.source_node_id) && now.nodes.has(edge.target_node_id))
      ops.push({ op: "remove_edge", edge_id: edge.id });
  for (const id of then.nodes.keys()) if (now.nodes.get(id)?.type !== then.nodes.get(id)?.type) ops.push({ op: "remove_node", node_id: id });
  for (const node of now.nodes.values()) {
    const before = then.nodes.get(node.id);
    ops.push(...(before?.type === node.type ? changed(before, node) : [added(node)]));
  }
  for (const edge of now.edges.values()) if (!isSame(then.edges.get(edge.id), edge)) ops.push({ op: "add_edge", ...edge });
  return ops;
}

function isSame(a: GraphEdge | undefined, b: GraphEdge): boolean {
  if (!a) return false;
  return (["source_node_id", "source_port", "target_node_id", "target_port", "order"] as const).every((name) => a[name] === b[name]);
}

function added({ id, type, params, position, bypassed, title }: GraphNode): ServerOp {
  return { op: "add_node", id, type, params, position, bypassed, title: title ?? null };
}

function changed(before: GraphNode, node: GraphNode): ServerOp[] {
  const names = new Set([...Object.keys(before.params), ...Object.keys(node.params)]);
  const params = [...names].filter((name) => JSON.stringify(before.params[name]) !== JSON.stringify(node.params[name]));
  const ops: ServerOp[] = [];
  if (params.length || before.bypassed !== node.bypassed)
    ops.push({
      op: "change_node",
      node_id: node.id,
      params: Object.fromEntries(params.map((name) => [name, node.params[name] ?? null])),
      bypassed: node.bypassed,
    });
  for (let variation = before.variation; variation < node.variation; variation++) ops.push({ op: "vary_node", node_id: node.id });
  return ops;
}
