/** Wires that are drawn: what may be connected, and what is offered where one is let go. */
import { useReactFlow } from "@xyflow/react";
import type { Connection, Edge, FinalConnectionState, OnConnectEnd } from "@xyflow/react";
import { useCallback, useState } from "react";
import { reason } from "../graph/connect";
import type { Ends, Loose } from "../graph/connect";
import { mint } from "../graph/mint";
import type { Point } from "../graph/model";
import { useEditor } from "../store/editor";
import { useNotices } from "../store/notices";

export interface Offer {
  loose: Loose;
  at: Point;
  /** On the screen. */
  screen: Point;
}

const LEFT_OF_A_WIRE = 260;
const ABOVE_A_WIRE = 40;

/** Read without subscribing: it is asked at every move of the mouse. */
export function isValid(connection: Connection | Edge): boolean {
  return why(connection) === null;
}

export function connect(connection: Connection): void {
  const refusal = why(connection);
  if (refusal) useNotices.getState().say(refusal, "no");
  else useEditor.getState().edit("Connect", [{ op: "add_edge", id: mint(), ...ends(connection) }]);
}

/** A wire that is let go on a port says why it does not fit; on empty canvas, what would. */
export function useOffer() {
  const flow = useReactFlow();
  const [offer, setOffer] = useState<Offer | null>(null);
  const onConnectEnd: OnConnectEnd = useCallback(
    (event, state) => {
      if (!state.fromNode || !state.fromHandle.id) return;
      if (state.toHandle) {
        const refusal = state.isValid ? null : why(between(state));
        if (refusal) useNotices.getState().say(refusal, "no");
        return;
      }
      const at = "changedTouches" in event ? event.changedTouches[0] : event;
      if (state.toNode || !at) return;
      const screen = { x: at.clientX, y: at.clientY };
      const loose: Loose = { node_id: state.fromNode.id, port: state.fromHandle.id, side: state.fromHandle.type };
      setOffer({ loose, at: flow.screenToFlowPosition(screen), screen });
    },
    [flow],
  );
  const close = useCallback(() => setOffer(null), []);
  return { offer, onConnectEnd, close };
}

/** Put a new node where the wire was let go, and connect it. */
export function take({ loose, at }: Offer, type: string, port: string): void {
  const id = mint();
  const ends: Ends =
    loose.side === "source"
      ? { source_node_id: loose.node_id, source_port: loose.port, target_node_id: id, target_port: port }
      : { source_node_id: id, source_port: port, target_node_id: loose.node_id, target_port: loose.port };
  const x = Math.round(loose.side === "source" ? at.x : at.x - LEFT_OF_A_WIRE);
  const { edit, select } = useEditor.getState();
  edit("Add a node", [
    { op: "add_node", id, type, params: {}, position: { x, y: Math.round(at.y - ABOVE_A_WIRE) } },
    { op: "add_edge", id: mint(), ...ends },
  ]);
  select(new Set([id]));
}

function why({ source, target, sourceHandle, targetHandle }: Connection | Edge): string | null {
  const { drawing, catalogue } = useEditor.getState();
  if (!drawing) return "There is no graph.";
  const wanted = { source, target, sourceHandle: sourceHandle ?? null, targetHandle: targetHandle ?? null };
  return reason(ends(wanted), drawing, catalogue);
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
