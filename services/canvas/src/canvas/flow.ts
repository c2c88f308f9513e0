/** A drawing as React Flow wants it. What did not change stays the same object, so that it is not drawn again. */
import type { Edge } from "@xyflow/react";
import { inputsOf, outputOf } from "../graph/connect";
import type { Lost } from "../graph/lost";
import { called } from "../graph/model";
import type { Catalogue, Drawing, GraphEdge, GraphNode, Note } from "../graph/model";
import type { Box } from "../graph/notes";
import { same } from "../graph/same";
import type { BoardNode, CardNode, PinNode } from "./types";

const cards = new WeakMap<GraphNode, CardNode>();
const pins = new WeakMap<Note, PinNode>();
const wires = new WeakMap<GraphEdge, Edge>();
const WHOLE: Lost = { inputs: [], outputs: [] };
/** Behind everything, also when it is chosen, which lifts it by 1000. */
const BEHIND = -2000;

export type Moved = ReadonlyMap<string, Partial<Box>>;
export type Sizes = ReadonlyMap<string, { width: number; height: number }>;
interface Seen {
  selected: ReadonlySet<string>;
  moved: Moved;
  sizes: Sizes;
}

/** `lost`: see lostPorts; it changes with the drawing only, and this is asked at every move. */
export function nodesOf(drawing: Drawing | null, catalogue: Catalogue, lost: ReadonlyMap<string, Lost>, seen: Seen): BoardNode[] {
  if (!drawing) return [];
  return [
    ...drawing.frames.map((one) => pinOf("frame", one, seen)),
    ...[...drawing.nodes.values()].map((one) => cardOf(one, lost.get(one.id) ?? WHOLE, catalogue, seen)),
    ...drawing.notes.map((one) => pinOf("note", one, seen)),
  ];
}

function cardOf(node: GraphNode, lost: Lost, catalogue: Catalogue, { selected, moved, sizes }: Seen): CardNode {
  const known = cards.get(node);
  const data = known && same(known.data.lost, lost) ? known.data : { node, lost };
  const next = { x: moved.get(node.id)?.x ?? node.position.x, y: moved.get(node.id)?.y ?? node.position.y };
  const position = known && same(known.position, next) ? known.position : next;
  const measured = sizes.get(node.id);
  if (known?.data === data && known.position === position && known.selected === selected.has(node.id) && known.measured === measured) return known;
  const card: CardNode = {
    id: node.id,
    type: "card",
    position,
    data,
    selected: selected.has(node.id),
    initialWidth: 240,
    initialHeight: 120 + 22 * Math.max(node.outputs.length, inputsOf(node, catalogue).length),
    ariaLabel: called(node, catalogue),
    ...(measured && { measured }),
  };
  cards.set(node, card);
  return card;
}

function pinOf(type: "note" | "frame", thing: Note, { selected, moved, sizes }: Seen): PinNode {
  const id = `${type}:${thing.id}`;
  const known = pins.get(thing);
  const { x = thing.x, y = thing.y, width = thing.width, height = thing.height } = moved.get(id) ?? {};
  const measured = sizes.get(id);
  const next: PinNode = {
    id,
    type,
    position: { x, y },
    width,
    height,
    data: known?.data ?? { thing },
    selected: selected.has(id),
    ariaLabel: `${type === "note" ? "Note" : "Frame"}: ${thing.text.slice(0, 80) || "empty"}`,
    ...(type === "frame" && { zIndex: BEHIND, dragHandle: ".frame-title", style: { pointerEvents: "none" } }),
    ...(measured && { measured }),
  };
  if (known && same(known, next)) return known;
  pins.set(thing, next);
  return next;
}

export function edgesOf(drawing: Drawing | null, catalogue: Catalogue, chosen: ReadonlySet<string>): Edge[] {
  return [...(drawing?.edges.values() ?? [])].map((edge) => {
    const source = drawing?.nodes.get(edge.source_node_id);
    const target = drawing?.nodes.get(edge.target_node_id);
    const type = source && outputOf(source, edge.source_port)?.type;
    const there = target && inputsOf(target, catalogue).some((one) => one.name === edge.target_port);
    const className = `wire wire-${type && there ? type : "lost"}`;
    const known = wires.get(edge);
    if (known?.className === className && known.selected === chosen.has(edge.id)) return known;
    const wire: Edge = {
      id: edge.id,
      source: edge.source_node_id,
      sourceHandle: edge.source_port,
      target: edge.target_node_id,
      targetHandle: edge.target_port,
      className,
      selected: chosen.has(edge.id),
      reconnectable: "target",
      ariaLabel: `From ${source ? called(source, catalogue) : edge.source_node_id}, ${edge.source_port}, to ${target ? called(target, catalogue) : edge.target_node_id}, ${edge.target_port}`,
    };
    wires.set(edge, wire);
    return wire;
  });
}
