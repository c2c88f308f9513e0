/** Where nodes go by themselves: in layers from left to right. The library is large, and loaded when it is asked for. */
import type { ELK, ElkNode } from "elkjs/lib/elk-api";
import { inputsOf } from "./connect";
import type { Boxes, Places } from "./arrange";
import { lostPorts } from "./lost";
import type { Catalogue, Drawing, GraphEdge, GraphNode } from "./model";

const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.layered.spacing.nodeNodeBetweenLayers": "90",
  "elk.spacing.nodeNode": "40",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
};
let elk: ELK | null = null;

export async function laidOut(drawing: Drawing, boxes: Boxes, catalogue: Catalogue): Promise<Places> {
  elk ??= new (await import("elkjs/lib/elk.bundled.js")).default();
  const done = await elk.layout(problem(drawing, boxes, catalogue));
  const left = Math.min(...[...boxes.values()].map((one) => one.x));
  const top = Math.min(...[...boxes.values()].map((one) => one.y));
  return new Map((done.children ?? []).map(({ id, x = 0, y = 0 }) => [id, { x: Math.round(left + x), y: Math.round(top + y) }]));
}

function problem(drawing: Drawing, boxes: Boxes, catalogue: Catalogue): ElkNode {
  const nodes = [...drawing.nodes.values()].filter((node) => boxes.has(node.id));
  const lost = lostPorts(drawing, catalogue);
  const whole = (edge: GraphEdge) =>
    !lost.get(edge.source_node_id)?.outputs.includes(edge.source_port) && !lost.get(edge.target_node_id)?.inputs.includes(edge.target_port);
  const edges = [...drawing.edges.values()].filter((edge) => boxes.has(edge.source_node_id) && boxes.has(edge.target_node_id) && whole(edge));
  return {
    id: "root",
    layoutOptions: OPTIONS,
    children: nodes.map((node) => child(node, boxes, catalogue)),
    edges: edges.map((edge) => ({
      id: edge.id,
      sources: [`${edge.source_node_id}>${edge.source_port}`],
      targets: [`${edge.target_node_id}<${edge.target_port}`],
    })),
  };
}

function child(node: GraphNode, boxes: Boxes, catalogue: Catalogue): ElkNode {
  const { width = 240, height = 120 } = boxes.get(node.id) ?? {};
  const ports = [
    // ELK counts clockwise: on the left side from below
    ...inputsOf(node, catalogue).toReversed().map((port) => ({ id: `${node.id}<${port.name}`, layoutOptions: { "elk.port.side": "WEST" } })),
    ...node.outputs.map((port) => ({ id: `${node.id}>${port.name}`, layoutOptions: { "elk.port.side": "EAST" } })),
  ];
  return { id: node.id, width, height, ports, layoutOptions: { "elk.portConstraints": "FIXED_ORDER" } };
}
