/** A drawing as React Flow wants it. What did not change stays the same object, so that it is not drawn again. */
import type { Edge } from "@xyflow/react";
import { outputOf } from "../graph/connect";
import type { Drawing, GraphEdge, GraphNode, Point } from "../graph/model";
import type { CardNode } from "./NodeCard";

const cards = new WeakMap<GraphNode, CardNode>();
const wires = new WeakMap<GraphEdge, Edge>();

export function nodesOf(drawing: Drawing | null, selected: ReadonlySet<string>, dragged: ReadonlyMap<string, Point>): CardNode[] {
  return [...(drawing?.nodes.values() ?? [])].map((node) => {
    const position = dragged.get(node.id) ?? node.position;
    const chosen = selected.has(node.id);
    const known = cards.get(node);
    if (known?.selected === chosen && known.position === position) return known;
    const card: CardNode = {
      id: node.id,
      type: "card",
      position,
      selected: chosen,
      data: known?.data ?? { node },
      ariaLabel: node.title ?? node.type,
    };
    cards.set(node, card);
    return card;
  });
}

export function edgesOf(drawing: Drawing | null, chosen: ReadonlySet<string>): Edge[] {
  return [...(drawing?.edges.values() ?? [])].map((edge) => {
    const source = drawing?.nodes.get(edge.source_node_id);
    const className = `wire wire-${(source && outputOf(source, edge.source_port)?.type) ?? "lost"}`;
    const selected = chosen.has(edge.id);
    const known = wires.get(edge);
    if (known?.className === className && known.selected === selected) return known;
    const wire: Edge = {
      id: edge.id,
      source: edge.source_node_id,
      sourceHandle: edge.source_port,
      target: edge.target_node_id,
      targetHandle: edge.target_port,
      className,
      selected,
      ariaLabel: `${edge.source_node_id}.${edge.source_port} to ${edge.target_node_id}.${edge.target_port}`,
    };
    wires.set(edge, wire);
    return wire;
  });
}
