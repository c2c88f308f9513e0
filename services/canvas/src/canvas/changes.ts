/** What React Flow says was done to nodes and wires, as edits. */
import type { Edge, EdgeChange, NodeChange } from "@xyflow/react";
import { useCallback, useState } from "react";
import type { Op } from "../graph/edit";
import type { Point } from "../graph/model";
import { useEditor } from "../store/editor";
import type { CardNode } from "./NodeCard";

const NONE: ReadonlyMap<string, Point> = new Map();
const NO_ONE: ReadonlySet<string> = new Set();

/** Where nodes are while they are dragged; one edit when they are let go. */
export function useDragging() {
  const [dragged, setDragged] = useState(NONE);
  const onNodesChange = useCallback((changes: NodeChange<CardNode>[]) => {
    select(changes);
    const moved = changes.filter((one) => one.type === "position");
    if (!moved.length) return;
    setDragged((before) => new Map([...before, ...moved.flatMap((one) => (one.position ? [[one.id, one.position] as const] : []))]));
    if (moved.every((one) => !one.dragging)) {
      const ends = new Map(moved.flatMap((one) => (one.position ? [[one.id, one.position] as const] : [])));
      setDragged(NONE);
      move(ends);
    }
  }, []);
  return { dragged, onNodesChange };
}

function select(changes: readonly NodeChange<CardNode>[]): void {
  const chosen = changes.filter((one) => one.type === "select");
  if (!chosen.length) return;
  const { selected, select: choose } = useEditor.getState();
  const ids = new Set(selected);
  for (const one of chosen)
    if (one.selected) ids.add(one.id);
    else ids.delete(one.id);
  choose(ids);
}

function move(to: ReadonlyMap<string, Point>): void {
  const { drawing, edit } = useEditor.getState();
  const ops: Op[] = [];
  for (const [id, { x, y }] of to) {
    const from = drawing?.nodes.get(id)?.position;
    if (from && (from.x !== x || from.y !== y))
      ops.push({ op: "change_node", node_id: id, position: { x: Math.round(x), y: Math.round(y) } });
  }
  if (ops.length) edit(ops.length === 1 ? "Move a node" : `Move ${ops.length} nodes`, ops);
}

/** Which wires are chosen. */
export function useChosenWires() {
  const [wires, setWires] = useState(NO_ONE);
  const onEdgesChange = useCallback((changes: EdgeChange[]) => {
    const chosen = changes.filter((one) => one.type === "select");
    if (!chosen.length) return;
    setWires((before) => {
      const after = new Set(before);
      for (const one of chosen)
        if (one.selected) after.add(one.id);
        else after.delete(one.id);
      return after;
    });
  }, []);
  return { wires, onEdgesChange };
}

/** Nodes take their wires with them, so that one step back brings all of it again. */
export function remove({ nodes, edges }: { nodes: readonly CardNode[]; edges: readonly Edge[] }): void {
  const { drawing, edit } = useEditor.getState();
  const gone = new Set(nodes.map((one) => one.id));
  const loose = edges.filter((one) => drawing?.edges.has(one.id) && !gone.has(one.source) && !gone.has(one.target));
  const ops: Op[] = [
    ...loose.map((one): Op => ({ op: "remove_edge", edge_id: one.id })),
    ...nodes.map((one): Op => ({ op: "remove_node", node_id: one.id })),
  ];
  const name = nodes.length === 0 ? "Disconnect" : nodes.length === 1 ? "Remove a node" : `Remove ${nodes.length} nodes`;
  if (ops.length) edit(name, ops);
}
