/** One edit after the other goes to the server. What cannot go now stays; what is refused is taken back, and said. */
import { Away, Refused, key } from "../api/client";
import { applied, fitted, sweeping, toSend } from "../graph/edit";
import type { Op } from "../graph/edit";
import { without } from "../graph/history";
import { drawingOf } from "../graph/model";
import type { Catalogue, Drawing, Graph } from "../graph/model";
import * as io from "../io/graphs";
import { draft, placeOf } from "./drafts";
import { remember, settle, useEditor } from "./editor";
import { useNotices } from "./notices";
import { useSession } from "./session";
import { keep } from "./unsent";
import type { Sending } from "./unsent";

const AGAIN_MS = [500, 1000, 2000, 4000];
/** The edit itself is at fault: to send it again is of no use. */
const FINAL = new Set([400, 403, 404, 409, 413, 422]);
const REST_MS = 400;
const STALE = 412;
const STRANGER = 401;

let sending = false;
/** The newest version that somebody spoke of while an edit was under way. */
let wanted = 0;

/** Whether a change of the graph may be one's own, which is being answered. */
export function heard(version: number): void {
  wanted = Math.max(wanted, version);
  if (!sending) void caughtUp();
}

export async function send(): Promise<void> {
  if (sending) return;
  sending = true;
  try {
    let failures = 0;
    for (let first = next(); first; first = next()) {
      const rest = resting(first);
      if (rest > 0) await pause(rest);
      else if (await attempt(first)) failures = 0;
      else await pause(AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)]);
    }
  } finally {
    sending = false;
  }
  await caughtUp();
}

async function caughtUp(): Promise<void> {
  try {
    await useEditor.getState().refresh(wanted);
  } catch (error) {
    if (error instanceof Refused && error.status === 404) useEditor.setState({ gone: true });
    else if (error instanceof Away || error instanceof Refused) window.setTimeout(() => void caughtUp(), AGAIN_MS[2]);
    else throw error;
  }
}

function next(): Sending | undefined {
  return useEditor.getState().waiting[0];
}

/** Milliseconds until somebody may have stopped typing. */
function resting({ at = 0, body }: Sending): number {
  const last = useEditor.getState().waiting.length === 1;
  return last && !body ? Math.min(REST_MS, at + REST_MS - Date.now()) : 0;
}

/** Whether the server has said something about it. */
async function attempt(first: Sending): Promise<boolean> {
  const ready = readied(first);
  if (!ready) return true;
  const { graph, body, version } = ready;
  try {
    took(await io.edited(graph, body, first.key, version), first);
    return true;
  } catch (error) {
    if (!(error instanceof Away || error instanceof Refused)) throw error;
    return await unanswered(graph, first, error);
  }
}

/** What is sent under a key is always the same, also after a reload. */
function readied(first: Sending) {
  const { base, waiting, catalogue } = useEditor.getState();
  if (!base) return null;
  const body = first.body ?? toSend(base, first.ops, catalogue);
  const version = first.version !== undefined ? first.version : sweeping(body) ? base.version : null;
  if (!body.length) {
    settle(base, waiting.slice(1));
    return null;
  }
  const now = waiting.map((one) => (one.key === first.key ? { ...one, body, version } : one));
  useEditor.setState({ waiting: now });
  keep(base.id, now);
  return { graph: base.id, body, version };
}

function took(graph: Graph, sent: Sending): void {
  const { base, waiting } = useEditor.getState();
  if (base?.id !== graph.id) return; // it is sent again when its graph is opened, and done once
  settle(graph.version >= base.version ? drawingOf(graph) : base, waiting.filter((one) => one.key !== sent.key));
}

async function unanswered(graph: string, first: Sending, error: Away | Refused): Promise<boolean> {
  if (error instanceof Refused && error.status === STALE) return await renewed(graph, first);
  if (error instanceof Refused && FINAL.has(error.status) && error.retryAfter === null) return await refused(graph, first, error);
  if (error instanceof Refused && error.status === STRANGER) void useSession.getState().start();
  useEditor.setState({ saving: "away" });
  return false;
}

/** Somebody else was first: the same once more, to what there is now. */
async function renewed(id: string, first: Sending): Promise<boolean> {
  const graph = await read(id);
  const { base, waiting, catalogue } = useEditor.getState();
  if (!graph || base?.id !== id) return false;
  const now = drawingOf(graph);
  const again: Sending = { key: key(), name: first.name, ops: fitted(now, first.ops, catalogue) };
  settle(now, waiting.map((one) => (one.key === first.key ? again : one)));
  return true;
}

/** It is taken back, and with it what cannot be done without it. */
async function refused(id: string, first: Sending, error: Refused): Promise<boolean> {
  const graph = error.status === 404 ? null : await read(id);
  const { base, waiting, catalogue, history } = useEditor.getState();
  if (base?.id !== id) return true;
  useNotices.getState().say(`“${first.name}” was not taken: ${error.flaws[0]?.message ?? error.message}`, "no");
  remember(without(history, first.ops));
  keepWritten(id, first.ops);
  const now = graph ? drawingOf(graph) : base;
  settle(now, still(now, waiting.filter((one) => one.key !== first.key), catalogue));
  if (error.status === 404 && error.kind.includes("graph")) useEditor.setState({ gone: true, waiting: [] });
  return true;
}

/** The words that somebody wrote stay in their fields, to be mended. */
function keepWritten(graph: string, ops: readonly Op[]): void {
  for (const op of ops)
    if (op.op === "change_node")
      for (const [name, value] of Object.entries(op.params ?? {}))
        if (typeof value === "string") draft(placeOf(graph, op.node_id, name), value);
}

/** What of them can be done one after the other. */
function still(now: Drawing, waiting: readonly Sending[], catalogue: Catalogue): Sending[] {
  const found: Sending[] = [];
  for (const one of waiting) {
    const ops = one.body ? one.ops : fitted(now, one.ops, catalogue);
    now = applied(now, ops, catalogue);
    if (ops.length) found.push({ ...one, ops });
  }
  return found;
}

async function read(id: string): Promise<Graph | null> {
  try {
    return await io.graph(id);
  } catch {
    return null;
  }
}

function pause(ms: number | undefined): Promise<void> {
  return new Promise((go) => setTimeout(go, ms));
}
