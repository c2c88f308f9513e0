/** Edits: what they do to a drawing, and what undoes them. The server does the same, and has the last word. */
import type { components } from "../api/schema";
import { reason } from "./connect";
import type { Catalogue, Drawing, GraphEdge, GraphNode, Note, Point } from "./model";
import { frameShape, noteShape } from "./notes";

type S = components["schemas"];
/** What the server takes. */
export type ServerOp =
  | S["AddNodeOp"]
  | S["ChangeNodeOp"]
  | S["RemoveNodeOp"]
  | S["AddEdgeOp"]
  | S["RemoveEdgeOp"]
  | S["DescribeOp"]
  | S["VaryNodeOp"];
/** Notes and frames are sent all at once, and edited here one by one: so two tabs do not overwrite each other. */
export type PinOp = { op: "put"; on: "notes" | "frames"; thing: Note } | { op: "take_off"; on: "notes" | "frames"; id: string };
export type Op = ServerOp | PinOp;

/** The drawing after these ops. What does not fit is left out: the server will say why. */
export function applied(drawing: Drawing, ops: readonly Op[], catalogue: Catalogue): Drawing {
  const nodes = new Map(drawing.nodes);
  const edges = new Map(drawing.edges);
  let { name } = drawing;
  const pins = { notes: drawing.notes, frames: drawing.frames };
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
        break;
      case "put":
      case "take_off":
        pins[op.on] = pinned(pins[op.on], op);
    }
  return { ...drawing, nodes, edges, name, ...pins };
}

function pinned(there: readonly Note[], op: PinOp): readonly Note[] {
  if (op.op === "take_off") return there.filter((one) => one.id !== op.id);
  const at = there.findIndex((one) => one.id === op.thing.id);
  return at < 0 ? [...there, op.thing] : there.with(at, op.thing);
}

/** As the server takes them. */
export function toSend(base: Drawing, ops: readonly Op[], catalogue: Catalogue): ServerOp[] {
  const plain = ops.filter((op): op is ServerOp => op.op !== "put" && op.op !== "take_off");
  const after = applied(base, ops, catalogue);
  const described: S["DescribeOp"] = { op: "describe" };
  if (after.notes !== base.notes) described.notes = after.notes.map(noteShape);
  if (after.frames !== base.frames) described.frames = after.frames.map(frameShape);
  return described.notes || described.frames ? [...plain, described] : plain;
}

/** Whether they say what all the notes or frames are, so that nobody may have changed them meanwhile. */
export function sweeping(ops: readonly ServerOp[]): boolean {
  return ops.some((op) => op.op === "describe" && (op.notes ?? op.frames) !== undefined);
}

/** Those that can still be done: what they speak of may be gone. */
export function fitted(drawing: Drawing, ops: readonly Op[], catalogue: Catalogue): Op[] {
  const found: Op[] = [];
  for (const op of ops) {
    if (!fits(drawing, op, catalogue)) continue;
    found.push(op);
    drawing = applied(drawing, [op], catalogue);
  }
  return found;
}

function fits(drawing: Drawing, op: Op, catalogue: Catalogue): boolean {
  switch (op.op) {
    case "add_node":
      return !!op.id && !drawing.nodes.has(op.id);
    case "change_node":
    case "vary_node":
    case "remove_node":
      return drawing.nodes.has(op.node_id);
    case "add_edge":
      return !!op.id && !drawing.edges.has(op.id) && reason(op, drawing, catalogue) === null;
    case "remove_edge":
      return drawing.edges.has(op.edge_id);
    case "take_off":
      return drawing[op.on].some((one) => one.id === op.id);
    case "put":
    case "describe":
      return true;
  }
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
      return op.name ? [{ op: "describe", name: drawing.name }] : [];
    case "put":
    case "take_off":
      return [unpinned(drawing, op)];
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

function unpinned(drawing: Drawing, op: PinOp): PinOp {
  const id = op.op === "put" ? op.thing.id : op.id;
  const thing = drawing[op.on].find((one) => one.id === id);
  return thing ? { op: "put", on: op.on, thing } : { op: "take_off", on: op.on, id };
}
