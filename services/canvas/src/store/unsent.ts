/** Edits that the server does not have yet, kept in the browser, for every tab its own: none is lost, none sent twice. */
import type { Op, ServerOp } from "../graph/edit";
import { mint } from "../graph/mint";

export interface Sending {
  /** What the server knows it by: sent again, it is done once. */
  key: string;
  /** As a person reads it. */
  name: string;
  ops: readonly Op[];
  /** More of the same sort may follow at once: it is waited for. */
  sort?: string;
  /** When it was done, in milliseconds. */
  at?: number;
  /** As it was sent: under the same key always the same. */
  body?: readonly ServerOp[];
  /** That it was sent against; null: any. */
  version?: number | null;
}

/** Of this page: a tab that was loaded again is another, and takes over what the one before it left. */
const ME = mint(16);
let staying = false;
/** A page that did not come safely (plain HTTP from another machine) has none. */
const LOCKS: LockManager | undefined = navigator.locks;
const alive = (tab: string) => `groove.tab.${tab}`;

/** As long as this page is there, others leave its edits to it. */
export function stayAlive(): void {
  if (staying) return;
  staying = true;
  if (!LOCKS) return;
  void LOCKS.request(alive(ME), () => new Promise(() => undefined));
}

export function keep(graph: string, waiting: readonly Sending[]): void {
  const place = `groove.unsent.${graph}.${ME}`;
  if (!waiting.length) localStorage.removeItem(place);
  else store(localStorage, place, JSON.stringify(waiting));
}

/** This tab's own, and what tabs have left that are no more. */
export async function takenOver(graph: string): Promise<Sending[]> {
  const start = `groove.unsent.${graph}.`;
  const places = Object.keys(localStorage).filter((name) => name.startsWith(start));
  const found: Sending[] = [];
  for (const place of places.sort()) {
    const tab = place.slice(start.length);
    if (tab !== ME && (await isThere(tab))) continue;
    found.push(...sendings(localStorage.getItem(place)));
    if (tab !== ME) localStorage.removeItem(place);
  }
  return found;
}

/** Where the browser cannot say, the server tells by the key what it has done already. */
async function isThere(tab: string): Promise<boolean> {
  if (!LOCKS) return false;
  return await LOCKS.request(alive(tab), { ifAvailable: true }, (lock) => lock === null);
}

function sendings(text: string | null): Sending[] {
  try {
    const raw: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(raw) ? raw.filter(isSending) : [];
  } catch {
    return [];
  }
}

function isSending(raw: unknown): raw is Sending {
  return typeof raw === "object" && raw !== null && "key" in raw && "ops" in raw && Array.isArray(raw.ops);
}

/** A browser may be full, or forbid it: then it is only not kept beyond this page. */
export function store(where: Storage, name: string, text: string): void {
  try {
    where.setItem(name, text);
  } catch {
    where.removeItem(name);
  }
}
