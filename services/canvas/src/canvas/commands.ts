/** What can be done on the board, by mouse, by key or from a menu. */
import { aligned, distributed } from "../graph/arrange";
import type { Boxes, Line, Places } from "../graph/arrange";
import { copied, pasting } from "../graph/clipboard";
import type { Op } from "../graph/edit";
import { laidOut } from "../graph/layout";
import { mint } from "../graph/mint";
import type { Drawing, Note, Point } from "../graph/model";
import { called } from "../graph/model";
import { around } from "../graph/notes";
import type { Box } from "../graph/notes";
import { useEditor } from "../store/editor";
import { useNotices } from "../store/notices";
import { used } from "../store/preferences";
import { ask } from "./asking";
import type { Params } from "./asking";
import { insideOf, moveTo, pinAt, remove } from "./changes";
import type { Moved } from "./flow";
import { boxOf, here, middleOfScreen, reveal, toFlow } from "./view";

const ASIDE = 30;
const HALF = { x: 120, y: 60 };

/** A new node, once what it cannot be without is chosen. */
export function addKind(type: string, at: Point | null): void {
  ask(type, (params) => addNode(type, at, params));
}

/** A new node, where there is room. */
export function addNode(type: string, at: Point | null, params: Params = {}): void {
  const { drawing, catalogue, edit } = useEditor.getState();
  const id = mint();
  const middle = toFlow(middleOfScreen());
  const position = free(at ?? { x: middle.x - HALF.x, y: middle.y - HALF.y }, drawing);
  edit(`Add ${catalogue.get(type)?.title ?? type}`, [{ op: "add_node", id, type, params, position }]);
  used(type);
  choose([id]);
}

function free(wanted: Point, drawing: Drawing | null): Point {
  let at = { x: Math.round(wanted.x), y: Math.round(wanted.y) };
  const taken = new Set([...(drawing?.nodes.values() ?? [])].map(({ position }) => `${Math.round(position.x)} ${Math.round(position.y)}`));
  while (taken.has(`${at.x} ${at.y}`)) at = { x: at.x + ASIDE, y: at.y + ASIDE };
  return at;
}

/** Choose them, and have the first in view. */
export function choose(ids: readonly string[]): void {
  useEditor.getState().select(new Set(ids));
  if (ids[0] !== undefined) reveal(ids[0]);
}

export function addNote(at: Point = here()): void {
  const thing: Note = { id: mint(), text: "", x: Math.round(at.x), y: Math.round(at.y), width: 220, height: 120, colour: "yellow", rest: {} };
  useEditor.getState().edit("Add a note", [{ op: "put", on: "notes", thing }]);
  choose([`note:${thing.id}`]);
}

/** Around what is chosen; else an empty one in the middle of what is seen. */
export function addFrame(): void {
  const boxes = [...chosenBoxes().values()];
  const { x, y } = toFlow(middleOfScreen());
  const thing = around(boxes.length ? boxes : [{ x: x - 150, y: y - 100, width: 300, height: 200 }], mint());
  useEditor.getState().edit("Add a frame", [{ op: "put", on: "frames", thing }]);
  choose([`frame:${thing.id}`]);
}

export function changePin(id: string, change: Partial<Omit<Note, "id" | "rest">>): void {
  const { drawing, edit } = useEditor.getState();
  const pin = drawing && pinAt(id, drawing);
  if (!pin) return;
  const what = pin.on === "notes" ? "note" : "frame";
  edit(`Change a ${what}`, [{ op: "put", on: pin.on, thing: { ...pin.thing, ...change } }], true, `pin ${id} ${Object.keys(change).join()}`);
}

export function removeChosen(): void {
  const { selected } = useEditor.getState();
  remove({ nodes: [...selected].map((id) => ({ id })), edges: [] });
}

/** Beside what it is a copy of, wires into it included where they can be. */
export function duplicate(): void {
  const { drawing, selected, edit } = useEditor.getState();
  if (!drawing || !chosenNodes().length) return;
  const what = copied(drawing, selected);
  const [left, top] = [Math.min(...what.nodes.map((one) => one.position.x)), Math.min(...what.nodes.map((one) => one.position.y))];
  const { ops, ids } = pasting(what, { x: left + ASIDE, y: top + ASIDE }, mint);
  edit(ids.length === 1 ? "Duplicate a node" : `Duplicate ${ids.length} nodes`, ops);
  choose(ids);
}

/** What is bypassed hands on what it is given. */
export function bypass(): void {
  const nodes = chosenNodes();
  const bypassed = !nodes.every((one) => one.bypassed);
  const ops = nodes.map((one): Op => ({ op: "change_node", node_id: one.id, bypassed }));
  useEditor.getState().edit(bypassed ? "Bypass" : "No longer bypass", ops);
}

export function rename(id: string, title: string): void {
  const { drawing, catalogue, edit } = useEditor.getState();
  const node = drawing?.nodes.get(id);
  const text = title.trim();
  if (!node || text === (node.title ?? "")) return;
  edit(`Rename ${called(node, catalogue)}`, [{ op: "change_node", node_id: id, title: text }], true, `title ${id}`);
}

export function selectAll(): void {
  const { drawing, select } = useEditor.getState();
  select(new Set(drawing?.nodes.keys()));
}

export function align(line: Line): void {
  arrange(aligned(chosenBoxes(), line), "Align");
}

export function distribute(axis: "x" | "y"): void {
  arrange(distributed(chosenBoxes(), axis), "Distribute");
}

/** What is chosen, or everything. */
export async function layOut(): Promise<void> {
  const { drawing, catalogue } = useEditor.getState();
  if (!drawing?.nodes.size) return;
  const some = chosenNodes().length > 1 ? chosenNodes() : [...drawing.nodes.values()];
  const boxes = new Map(some.map((one) => [one.id, boxOf(one.id) ?? { ...one.position, width: 240, height: 160 }]));
  const inside = drawing.frames.map((frame) => [frame, insideOf(frame, drawing)] as const);
  const places: Moved = await laidOut(drawing, boxes, catalogue);
  moveTo(new Map([...places, ...framed(inside, boxes, places)]), undefined, "Arrange");
  useNotices.getState().say(`${some.length} nodes arranged. Undo brings them back.`);
}

/** Frames go where their nodes went. */
function framed(inside: readonly (readonly [Note, readonly string[]])[], boxes: Boxes, places: Moved): Moved {
  const found = new Map<string, Partial<Box>>();
  for (const [frame, members] of inside) {
    const now = members.flatMap((id) => {
      const box = boxes.get(id) ?? boxOf(id);
      return box ? [{ ...box, ...places.get(id) }] : [];
    });
    if (!now.length || !members.some((id) => places.has(id))) continue;
    const { x, y, width, height } = around(now, frame.id);
    found.set(`frame:${frame.id}`, { x, y, width, height });
  }
  return found;
}

function arrange(places: Places, name: string): void {
  moveTo(places, undefined, name);
}

export function chosenNodes() {
  const { drawing, selected } = useEditor.getState();
  return [...selected].flatMap((id) => drawing?.nodes.get(id) ?? []);
}

function chosenBoxes(): Boxes {
  const found = new Map<string, Box>();
  for (const id of useEditor.getState().selected) {
    const box = id.startsWith("frame:") ? null : boxOf(id);
    if (box) found.set(id, box);
  }
  return found;
}
