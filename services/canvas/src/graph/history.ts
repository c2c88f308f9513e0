/** Undo and redo, as lists of ops that take each other back. Pure; kept in the browser so that it survives a reload. */
import type { Op } from "./edit";

export interface Step {
  /** As a person reads it: "Move 2 nodes". */
  name: string;
  redo: readonly Op[];
  undo: readonly Op[];
}

export interface History {
  past: readonly Step[];
  future: readonly Step[];
}

export const NONE: History = { past: [], future: [] };
const MOST = 200;

export function done(history: History, step: Step): History {
  return { past: [...history.past, step].slice(-MOST), future: [] };
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

/** Steps that name none of what is gone: an edit of another tab may have taken it away. */
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
