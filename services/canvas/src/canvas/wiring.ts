/** Wires that are drawn: what may be connected, and what is offered where one is let go. */
import type { Connection, Edge, FinalConnectionState } from "@xyflow/react";
import { create } from "zustand";
import { reason } from "../graph/connect";
import type { Ends, Loose } from "../graph/connect";
import { applied } from "../graph/edit";
import { mint } from "../graph/mint";
import { called } from "../graph/model";
import type { Point } from "../graph/model";
import { takers } from "../graph/takers";
import type { Takers } from "../graph/takers";
import { useEditor } from "../store/editor";
import { useNotices } from "../store/notices";
import { toFlow } from "./view";

export interface Offer {
  loose: Loose;
  /** Where a new node goes. */
  at: Point;
  /** On the screen. */
  screen: Point;
  /** Ports that are there are offered, too. */
  all: boolean;
}
interface Wiring {
  /** The end of the wire that is in the hand. */
  loose: Loose | null;
  /** Where it could go; null: none is in the hand. */
  fits: Takers | null;
  /** The edge that was taken off its port, and goes elsewhere. */
  taken: string | null;
  offer: Offer | null;
}

const IDLE = { loose: null, fits: null, taken: null } as const;
export const useWiring = create<Wiring>(() => ({ ...IDLE, offer: null }));
const LEFT_OF_A_WIRE = 260;
const ABOVE_A_WIRE = 40;

/** Worked out once, not at every move of the mouse. */
export function pickUp(loose: Loose, taken: string | null = useWiring.getState().taken): void {
  const { catalogue } = useEditor.getState();
  const drawing = without(taken);
  if (drawing) useWiring.setState({ loose, taken, fits: takers(loose, drawing, catalogue) });
}

export function putDown(): void {
  if (useWiring.getState().fits) useWiring.setState(IDLE);
}

/** It is asked at every move of the mouse near a port. */
export function isValid(connection: Connection | Edge): boolean {
  const { fits, loose } = useWiring.getState();
  if (!fits || !loose) return why(connection) === null;
  const [id, port] = loose.side === "source" ? [connection.target, connection.targetHandle] : [connection.source, connection.sourceHandle];
  return fits.get(id)?.includes(port ?? "") ?? false;
}

export function connect(connection: Connection): void {
  const refusal = why(connection);
  if (refusal) refuse(refusal);
  else useEditor.getState().edit("Connect", [{ op: "add_edge", id: mint(), ...ends(connection) }]);
}

/** A wire is taken off a port and put on another: one step back brings it home. */
export function reconnect(edge: Edge, connection: Connection): void {
  if (edge.target === connection.target && edge.targetHandle === connection.targetHandle) return;
  const refusal = why(connection, edge.id);
  if (refusal) refuse(refusal);
  else useEditor.getState().edit("Reconnect", [{ op: "remove_edge", edge_id: edge.id }, { op: "add_edge", id: mint(), ...ends(connection) }]);
}

/** A wire that is let go on a port says why it does not fit; on empty canvas, what would. */
export function letGo(event: MouseEvent | TouchEvent, state: FinalConnectionState): void {
  const taken = useWiring.getState().taken;
  putDown();
  if (!state.fromNode || !state.fromHandle.id) return;
  if (state.toHandle) {
    const refusal = state.isValid ? null : why(between(state), taken);
    if (refusal) refuse(refusal);
    return;
  }
  const at = "changedTouches" in event ? event.changedTouches[0] : event;
  if (state.toNode || !at || taken) return;
  const screen = { x: at.clientX, y: at.clientY };
  const loose: Loose = { node_id: state.fromNode.id, port: state.fromHandle.id, side: state.fromHandle.type };
  useWiring.setState({ offer: { loose, at: toFlow(screen), screen, all: false } });
}

/** A wire was begun with a click or a key, and ends at this port. */
export function clickedOn(handle: EventTarget | null): void {
  const { loose } = useWiring.getState();
  putDown();
  const port = handle instanceof Element ? handle.closest<HTMLElement>(".react-flow__handle") : null;
  const [node, name] = [port?.dataset["nodeid"], port?.dataset["handleid"]];
  if (!loose || !port || !node || !name || (node === loose.node_id && name === loose.port)) return;
  const side = port.classList.contains("source") ? "source" : "target";
  const refusal = side === loose.side ? `A wire goes from an output to an input; both of these are ${side === "source" ? "outputs" : "inputs"}.` : whyNot(loose, node, name);
  if (refusal) refuse(refusal);
}

/** From the keyboard: what a port can be connected to, and what new node would fit. */
export function openWires(loose: Loose, screen: Point): void {
  const node = useEditor.getState().drawing?.nodes.get(loose.node_id);
  if (!node) return;
  const at = { x: node.position.x + (loose.side === "source" ? 340 : -80), y: node.position.y + ABOVE_A_WIRE };
  useWiring.setState({ offer: { loose, at, screen, all: true } });
}

export function closeOffer(): void {
  useWiring.setState({ offer: null });
}

/** Put a new node where the wire was let go, and connect it. */
export function take({ loose, at }: Offer, type: string, port: string, params: Record<string, unknown> = {}): string {
  const id = mint();
  const x = Math.round(loose.side === "source" ? at.x : at.x - LEFT_OF_A_WIRE);
  const { edit, select } = useEditor.getState();
  edit("Add a node", [
    { op: "add_node", id, type, params, position: { x, y: Math.round(at.y - ABOVE_A_WIRE) } },
    { op: "add_edge", id: mint(), ...joined(loose, id, port) },
  ]);
  select(new Set([id]));
  return id;
}

/** Connect a loose end with a port that is there. */
export function join(loose: Loose, node: string, port: string): void {
  useEditor.getState().edit("Connect", [{ op: "add_edge", id: mint(), ...joined(loose, node, port) }]);
}

function joined(loose: Loose, node: string, port: string): Ends {
  if (loose.side === "source") return { source_node_id: loose.node_id, source_port: loose.port, target_node_id: node, target_port: port };
  return { source_node_id: node, source_port: port, target_node_id: loose.node_id, target_port: loose.port };
}

/** In the server's words; with the names of nodes, where their ids say nothing to anybody. */
function refuse(reason: string): void {
  const { drawing, catalogue } = useEditor.getState();
  const named = reason.replace(/\b[0-9a-f]{16}\b/g, (id) => {
    const node = drawing?.nodes.get(id);
    return node ? called(node, catalogue) : id;
  });
  useNotices.getState().say(named, "no");
}

function whyNot(loose: Loose, node: string, port: string): string | null {
  const { drawing, catalogue } = useEditor.getState();
  return drawing && reason(joined(loose, node, port), drawing, catalogue);
}

function why({ source, target, sourceHandle, targetHandle }: Connection | Edge, taken: string | null = null): string | null {
  const drawing = without(taken);
  if (!drawing) return "There is no graph.";
  const wanted = { source, target, sourceHandle: sourceHandle ?? null, targetHandle: targetHandle ?? null };
  return reason(ends(wanted), drawing, useEditor.getState().catalogue);
}

function without(edge: string | null) {
  const { drawing, catalogue } = useEditor.getState();
  return drawing && edge ? applied(drawing, [{ op: "remove_edge", edge_id: edge }], catalogue) : drawing;
}

function ends({ source, sourceHandle, target, targetHandle }: Connection): Ends {
  return { source_node_id: source, source_port: sourceHandle ?? "", target_node_id: target, target_port: targetHandle ?? "" };
}

function between(state: FinalConnectionState): Connection {
  const from = { node: state.fromNode?.id ?? "", port: state.fromHandle?.id ?? null };
  const to = { node: state.toNode?.id ?? "", port: state.toHandle?.id ?? null };
  const [source, target] = state.fromHandle?.type === "source" ? [from, to] : [to, from];
  return { source: source.node, sourceHandle: source.port, target: target.node, targetHandle: target.port };
}
