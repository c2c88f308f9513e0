/** A result as a node of a graph. */
import type { ServerOp } from "../graph/edit";
import { mint } from "../graph/mint";
import type { Point } from "../graph/model";
import type { Thing } from "./openViewer";

/** What stands for it in a graph; null: nothing does. */
export function nodeFor(thing: Thing): { type: string; params: Record<string, unknown> } | null {
  if (thing.type === "text" && thing.text) return { type: "text", params: { text: thing.text } };
  if (thing.type === "character" && thing.character_id) return { type: "character", params: { character_id: thing.character_id } };
  return thing.asset_id ? { type: "asset", params: { asset_id: thing.asset_id } } : null;
}

/** Right of everything. */
export function beside(nodes: Iterable<{ position: Point }>): Point {
  const all = [...nodes].map((one) => one.position);
  if (!all.length) return { x: 0, y: 0 };
  return { x: Math.max(...all.map((one) => one.x)) + 300, y: Math.min(...all.map((one) => one.y)) };
}

/** null: nothing stands for it. */
export function adding(thing: Thing, at: Point): (Extract<ServerOp, { op: "add_node" }> & { id: string }) | null {
  const made = nodeFor(thing);
  return made && { op: "add_node", id: mint(), ...made, position: at };
}
