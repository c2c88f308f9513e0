/** Edits: what they do to a drawing, and what undoes them. The server does the same, and has the last word. */
import type { components } from "../api/schema";
import type { Catalogue, Drawing, Frame, GraphEdge, GraphNode, Note, Point } from "./model";

type S = components["schemas"];
export type Op =
  | S["AddNodeOp"]
  | S["ChangeNodeOp"]
  | S["RemoveNodeOp"]
  | S["AddEdgeOp"]
  | S["RemoveEdgeOp"]
  | S["DescribeOp"]
  | S["VaryNodeOp"];

/** The drawing after these ops. What does not fit is left out: the server will say why. */
export function applied(drawing: Drawing, ops: readonly Op[], catalogue: Catalogue): Drawing {
  const nodes = new Map(drawing.nodes);
  const edges = new Map(drawing.edges);
  let { name, notes, frames } = drawing;
  for (const op of ops)
    switch (op.op) {
      case "add_node":
        addNode(nodes, op, catalogue);
        break;
      case "change_node":
        changeNode(nodes, op);
        break;
      case "vary_node":
        vary(nodes, op.node_id);
        break;
      case "remove_node":
        nodes.delete(op.node_id);
        for (const edge of [...edges.values()])
          if (edge.source_node_id === op.node_id || edge.target_node_id === op.node_id) edges.delete(edge.id);
        break;
      case "add_edge":
        addEdge(edges, op);
        break;
      case "remove_edge":
        edges.delete(op.edge_id);
        break;
      case "describe":
        name = op.name ?? name;
        notes = (op.notes as unknown as Note[] | null | undefined) ?? notes;
        frames = (op.frames as unknown as Frame[] | null | undefined) ?? frames;
    }
  return { ...drawing, nodes, edges, name, notes, frames };
}

function addNode(nodes: Map<string, GraphNode>, op: S["AddNodeOp"], catalogue: Catalogue): void {
  const kind = catalogue.get(op.type);
  if (!op.id) return;
  nodes.set(op.id, {
    id: op.id,
    type: op.type,
    title: op.title ?? null,
    params: op.params ?? {},
    position: at(op.position),
    bypassed: op.bypassed ?? false,
    variation: 0,
    inputs: [...(kind?.inputs ?? [])],
    outputs: [...(kind?.outputs ?? [])],
  });
}

function at(position: Partial<Point> | undefined): Point {
  return { x: position?.x ?? 0, y: position?.y ?? 0 };
}

function changeNode(nodes: Map<string, GraphNode>, op: S["ChangeNodeOp"]): void {
  const node = nodes.get(op.node_id);
  if (!node) return;
  const merged = { ...node.params, ...op.params };
  const params = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
  nodes.set(node.id, {
    ...node,
    params,
    title: op.title === undefined || op.title === null ? (node.title ?? null) : op.title || null,
    position: op.position ? at(op.position) : node.position,
    bypassed: op.bypassed ?? node.bypassed,
  });
}

function vary(nodes: Map<string, GraphNode>, id: string): void {
  const node = nodes.get(id);
  if (node) nodes.set(id, { ...node, variation: node.variation + 1 });
}

function addEdge(edges: Map<string, GraphEdge>, op: S["AddEdgeOp"]): void {
  if (!op.id) return;
  const into = [...edges.values()].filter(
    (edge) => edge.target_node_id === op.target_node_id && edge.target_port === op.target_port,
  );
  const last = Math.max(-1, ...into.map((edge) => edge.order));
  edges.set(op.id, {
    id: op.id,
    source_node_id: op.source_node_id,
    source_port: op.source_port,
    target_node_id: op.target_node_id,
    target_port: op.target_port,
    order: op.order ?? last + 1,
  });
}

/** What takes the ops back, from the drawing as it was before them. */
export function inverse(before: Drawing, ops: readonly Op[], catalogue: Catalogue): Op[] {
  const back: Op[][] = [];
  let drawing = before;
  for (const op of ops) {
    back.unshift(undoing(drawing, op));
    drawing = applied(drawing, [op], catalogue);
  }
  return back.flat();
}

function undoing(drawing: Drawing, op: Op): Op[] {
  switch (op.op) {
    case "add_node":
      return op.id ? [{ op: "remove_node", node_id: op.id }] : [];
    case "remove_node":
      return restored(drawing, op.node_id);
    case "change_node":
      return unchanged(drawing, op);
    case "add_edge":
      return op.id ? [{ op: "remove_edge", edge_id: op.id }] : [];
    case "remove_edge": {
      const edge = drawing.edges.get(op.edge_id);
      return edge ? [{ op: "add_edge", ...edge }] : [];
    }
    case "describe":
      return [describing(drawing, op)];
    case "vary_node":
      return []; // a variation is counted for ever: what was made with it stays
  }
}

function restored(drawing: Drawing, id: string): Op[] {
  const node = drawing.nodes.get(id);
  if (!node) return [];
  const edges = [...drawing.edges.values()].filter((one) => one.source_node_id === id || one.target_node_id === id);
  return [adding(node), ...edges.map((edge): Op => ({ op: "add_edge", ...edge }))];
}

/** The op that adds a node as it is. */
export function adding(node: GraphNode): S["AddNodeOp"] {
  const { id, type, params, position, bypassed } = node;
  return { op: "add_node", id, type, params, position, bypassed, title: node.title ?? null };
}

function unchanged(drawing: Drawing, op: S["ChangeNodeOp"]): Op[] {
  const node = drawing.nodes.get(op.node_id);
  if (!node) return [];
  const back: S["ChangeNodeOp"] = { op: "change_node", node_id: node.id };
  if (op.params)
    back.params = Object.fromEntries(Object.keys(op.params).map((name) => [name, node.params[name] ?? null]));
  if (op.position) back.position = node.position;
  if (op.title !== undefined && op.title !== null) back.title = node.title ?? "";
  if (op.bypassed !== undefined && op.bypassed !== null) back.bypassed = node.bypassed;
  return [back];
}

function describing(drawing: Drawing, op: S["DescribeOp"]): S["DescribeOp"] {
  const back: S["DescribeOp"] = { op: "describe" };
  if (op.name !== undefined) back.name = drawing.name;
  if (op.notes !== undefined) back.notes = plain(drawing.notes);
  if (op.frames !== undefined) back.frames = plain(drawing.frames);
  return back;
}

/** As they are sent. */
export function plain(notes: readonly Note[]): Record<string, unknown>[] {
  return notes.map((note) => ({ ...note }));
}
