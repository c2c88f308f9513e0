/** What did not change stays the same object, so that it is not drawn again. */
import { isRecord } from "./notes";
import type { Drawing } from "./model";

export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, index) => same(one, b[index]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => name in b && same(a[name], b[name]));
}

/** The new drawing, with the objects of the one that is shown wherever they say the same. */
export function kept(shown: Drawing | null, drawing: Drawing): Drawing {
  if (shown?.id !== drawing.id) return drawing;
  return {
    ...drawing,
    nodes: mapOf(shown.nodes, drawing.nodes),
    edges: mapOf(shown.edges, drawing.edges),
    notes: listOf(shown.notes, drawing.notes),
    frames: listOf(shown.frames, drawing.frames),
  };
}

function mapOf<T>(shown: ReadonlyMap<string, T>, now: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const found = new Map([...now].map(([id, one]) => [id, either(shown.get(id), one)] as const));
  const all = found.size === shown.size && [...found].every(([id, one]) => shown.get(id) === one);
  return all ? shown : found;
}

function listOf<T>(shown: readonly T[], now: readonly T[]): readonly T[] {
  const found = now.map((one, index) => either(shown[index], one));
  return found.length === shown.length && found.every((one, index) => one === shown[index]) ? shown : found;
}

function either<T>(shown: T | undefined, now: T): T {
  return shown !== undefined && same(shown, now) ? shown : now;
}
