/** What React Flow says was done to nodes and wires, as edits. */
import { useStoreApi } from "@xyflow/react";
import type { Edge, EdgeChange, NodeChange } from "@xyflow/react";
import { useCallback, useRef, useState } from "react";
import type { Op } from "../graph/edit";
import type { Drawing, Note, Point } from "../graph/model";
import { within } from "../graph/notes";
import type { Box } from "../graph/notes";
import { useEditor } from "../store/editor";
import type { Moved, Sizes } from "./flow";
import type { BoardNode } from "./types";
import { boxOf } from "./view";

const STILL: Moved = new Map();
const UNMEASURED: Sizes = new Map();
const NO_ONE: ReadonlySet<string> = new Set();
type Change = NodeChange<BoardNode>;

/** Where things are while they are dragged; one edit when they are let go. What a frame holds goes with it. */
export function useBoardChanges() {
  const [moved, setMoved] = useState(STILL);
  const [sizes, setSizes] = useState(UNMEASURED);
  const store = useStoreApi();
  const members = useRef<ReadonlyMap<string, readonly string[]>>(new Map());
  const held = useRef(STILL);
  const onNodesChange = useCallback(
    (changes: Change[]) => {
      select(changes, store.getState().userSelectionActive);
      const measured = measuredIn(changes);
      if (measured.length) setSizes((before) => new Map([...before, ...measured]));
      const { boxes, ended } = movedBy(changes);
      if (!boxes.size) return;
      if (!changes.some((one) => one.type === "dimensions")) carry(boxes, members);
      const byKey = ended && !held.current.size;
      held.current = merged(held.current, boxes);
      if (ended) {
        moveTo(held.current, byKey ? `nudge ${[...boxes.keys()].join(" ")}` : undefined);
        members.current = new Map();
        held.current = STILL;
      }
      setMoved(held.current);
    },
    [store],
  );
  return { moved, sizes, onNodesChange };
}

function measuredIn(changes: readonly Change[]) {
  return changes.flatMap((one) => (one.type === "dimensions" && one.dimensions ? [[one.id, one.dimensions] as const] : []));
}

function merged(before: Moved, boxes: Moved): Moved {
  const after = new Map(before);
  for (const [id, box] of boxes) after.set(id, { ...after.get(id), ...box });
  return after;
}

/** Where the changes put things; whether they are let go there. */
function movedBy(changes: readonly Change[]) {
  const boxes = new Map<string, Partial<Box>>();
  const put = (id: string, box: Partial<Box>) => boxes.set(id, { ...boxes.get(id), ...box });
  const resized = changes.filter((one) => one.type === "dimensions" && one.resizing !== undefined);
  let going = false;
  for (const one of changes)
    if (one.type === "position" && one.position) {
      put(one.id, one.position);
      going ||= one.dragging === true;
    } else if (one.type === "dimensions" && one.resizing !== undefined && one.dimensions) {
      put(one.id, one.dimensions);
      going ||= one.resizing;
    }
  return { boxes, ended: !going && (!resized.length || resized.every((one) => one.type === "dimensions" && !one.resizing)) };
}

/** What lay in a frame when it was taken up is moved as far as the frame. */
function carry(boxes: Map<string, Partial<Box>>, members: { current: ReadonlyMap<string, readonly string[]> }): void {
  const { drawing } = useEditor.getState();
  if (!drawing) return;
  for (const [id, box] of [...boxes]) {
    const frame = drawing.frames.find((one) => `frame:${one.id}` === id);
    if (!frame) continue;
    const inside = members.current.get(id) ?? insideOf(frame, drawing);
    members.current = new Map(members.current).set(id, inside);
    for (const member of inside) {
      const from = placeOf(member, drawing);
      if (from && !boxes.has(member)) boxes.set(member, { x: from.x + (box.x ?? frame.x) - frame.x, y: from.y + (box.y ?? frame.y) - frame.y });
    }
  }
}

export function insideOf(frame: Note, drawing: Drawing): string[] {
  const things = [...drawing.nodes.keys(), ...drawing.notes.map((one) => `note:${one.id}`)];
  return things.filter((id) => {
    const box = boxOf(id);
    return box && within(frame, box);
  });
}

function placeOf(id: string, drawing: Drawing): Point | undefined {
  return drawing.nodes.get(id)?.position ?? pinAt(id, drawing)?.thing;
}

/** The note or frame of an id of the board. */
export function pinAt(id: string, drawing: Drawing): { on: "notes" | "frames"; thing: Note } | null {
  const on = id.startsWith("note:") ? "notes" : id.startsWith("frame:") ? "frames" : null;
  const thing = on && drawing[on].find((one) => one.id === id.slice(id.indexOf(":") + 1));
  return on && thing ? { on, thing } : null;
}

function select(changes: readonly Change[], byBox: boolean): void {
  const chosen = changes.filter((one) => one.type === "select");
  if (!chosen.length) return;
  const { selected, select: choose } = useEditor.getState();
  const ids = new Set(selected);
  for (const one of chosen)
    if (!one.selected) ids.delete(one.id);
    else if (!byBox || !one.id.startsWith("frame:")) ids.add(one.id); // a box around nodes is drawn within their frame
  choose(ids);
}

/** One edit that puts things where they are now. */
export function moveTo(boxes: Moved, sort?: string, name?: string): void {
  const { drawing, edit } = useEditor.getState();
  if (!drawing) return;
  const ops = [...boxes].flatMap(([id, box]) => moving(id, box, drawing));
  edit(name ?? (ops.length === 1 ? "Move a node" : `Move ${ops.length} nodes`), ops, true, sort);
}

function moving(id: string, box: Partial<Box>, drawing: Drawing): Op[] {
  const node = drawing.nodes.get(id);
  const pin = node ? null : pinAt(id, drawing);
  const from = node?.position ?? pin?.thing;
  if (!from) return [];
  const at = { x: Math.round(box.x ?? from.x), y: Math.round(box.y ?? from.y) };
  if (node) return at.x === from.x && at.y === from.y ? [] : [{ op: "change_node", node_id: id, position: at }];
  if (!pin) return [];
  const { width = pin.thing.width, height = pin.thing.height } = box;
  return [{ op: "put", on: pin.on, thing: { ...pin.thing, ...at, width: Math.round(width), height: Math.round(height) } }];
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
export function remove({ nodes, edges }: { nodes: readonly { id: string }[]; edges: readonly Pick<Edge, "id" | "source" | "target">[] }): void {
  const { drawing, edit, select: choose } = useEditor.getState();
  if (!drawing) return;
  const gone = new Set(nodes.map((one) => one.id));
  const loose = edges.filter((one) => drawing.edges.has(one.id) && !gone.has(one.source) && !gone.has(one.target));
  const ops: Op[] = loose.map((one) => ({ op: "remove_edge", edge_id: one.id }));
  for (const id of gone) {
    const pin = pinAt(id, drawing);
    if (pin) ops.push({ op: "take_off", on: pin.on, id: pin.thing.id });
    else if (drawing.nodes.has(id)) ops.push({ op: "remove_node", node_id: id });
  }
  choose(new Set());
  edit(!gone.size ? "Disconnect" : gone.size === 1 ? "Remove a node" : `Remove ${gone.size} nodes`, ops);
}
