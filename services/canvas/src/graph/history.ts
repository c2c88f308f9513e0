/** Undo and redo, as lists of ops that take each other back. Pure; kept in the browser so that it survives a reload. */
import type { Op } from "./edit";

export interface Step {
  /** As a person reads it: "Move 2 nodes". */
  name: string;
  redo: readonly Op[];
  undo: readonly Op[];
  /** Steps of the same sort that follow each other at once are one: the later covers the earlier. */
  sort?: string | undefined;
  /** When it was done, in milliseconds. */
  at?: number;
}

export interface History {
  past: readonly Step[];
  future: readonly Step[];
}

export const NONE: History = { past: [], future: [] };
const MOST = 200;
const AT_ONCE_MS = 3000;

export function done(history: History, step: Step): History {
  const last = history.past.at(-1);
  if (!last || !together(last, step) || history.future.length) return { past: [...history.past, step].slice(-MOST), future: [] };
  return { past: [...history.past.slice(0, -1), { ...step, undo: last.undo }], future: [] };
}

function together(last: Step, step: Step): boolean {
  return step.sort !== undefined && step.sort === last.sort && (step.at ?? 0) - (last.at ?? 0) < AT_ONCE_MS;
}

/** What to do to go one step back, and the history after it. */
export function back(history: History): { step: Step; history: History } | null {
  const step = history.past.at(-1);
  return step ? { step, history: { past: history.past.slice(0, -1), future: [step, ...history.future] } } : null;
}

export function forth(history: History): { step: Step; history: History } | null {
  const step = history.future[0];
  return step ? { step, history: { past: [...history.past, step], future: history.future.slice(1) } } : null;
}

/** Without what was never done: the server did not take it. */
export function without(history: History, ops: readonly Op[]): History {
  const other = (step: Step) => step.redo !== ops;
  return { past: history.past.filter(other), future: history.future };
}

/** As it was kept; nonsense is nothing. */
export function read(text: string | null): History {
  try {
    const raw: unknown = JSON.parse(text ?? "null");
    if (!raw || typeof raw !== "object") return NONE;
    const { past, future } = raw as Partial<History>;
    return Array.isArray(past) && Array.isArray(future) ? { past, future } : NONE;
  } catch {
    return NONE;
  }
}
