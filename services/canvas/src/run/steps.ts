/** What one event does to a node, and to a run. */
import { FRESH, moment } from "./view";
import type { NodeRun, NodeState, NodeView, RunState, RunView, Trouble } from "./view";

type Data = Readonly<Record<string, unknown>>;

const STATES: Readonly<Record<string, NodeState>> = {
  node_queued: "queued",
  node_started: "running",
  node_completed: "completed",
  node_cached: "cached",
  node_inherited: "inherited",
  node_in_doubt: "in_doubt",
  node_failed: "failed",
  node_retrying: "waiting",
  node_cancelled: "cancelled",
  node_skipped: "skipped",
};
const BEGIN_AGAIN: ReadonlySet<NodeState> = new Set<NodeState>(["failed", "cancelled", "skipped", "in_doubt"]);
const TAKEN: ReadonlySet<NodeState> = new Set<NodeState>(["cached", "inherited"]);

export function started(before: ReadonlyMap<string, NodeView>, data: Data): Map<string, NodeView> {
  const ids = Array.isArray(data["nodes"]) ? data["nodes"].filter((id) => typeof id === "string") : [];
  return new Map(ids.map((id) => [id, before.get(id) ?? FRESH]));
}

export function resumed(nodes: ReadonlyMap<string, NodeView>): Map<string, NodeView> {
  return new Map([...nodes].map(([id, node]) => [id, BEGIN_AGAIN.has(node.state) ? { ...FRESH, cost: node.cost, attempt: node.attempt } : node]));
}

export function ended(before: Pick<RunView, "state" | "cost" | "error">, event: string, data: Data) {
  const state = event.slice("execution_".length);
  if (!isEnd(state)) return before;
  const cost = typeof data["cost"] === "number" ? data["cost"] : before.cost;
  return { state, cost, error: trouble(data["error"]) };
}

function isEnd(state: string): state is Extract<RunState, "completed" | "failed" | "cancelled"> {
  return state === "completed" || state === "failed" || state === "cancelled";
}

/** Of what does not run, nothing is believed: it comes late. */
export function progressed(node: NodeView, data: Data): NodeView {
  if (node.state !== "running" && node.state !== "queued") return node;
  if (typeof data["attempt"] === "number" && data["attempt"] !== node.attempt) return node;
  const progress = typeof data["progress"] === "number" ? data["progress"] : node.progress;
  const message = typeof data["message"] === "string" ? data["message"] : node.message;
  return { ...node, progress, message };
}

export function nodeAfter(before: NodeView, event: string, data: Data): NodeView {
  const state = STATES[event];
  if (!state) return before; // of a later release
  const at = moment(data["at"]);
  const attempt = state !== "waiting" && typeof data["attempt"] === "number" ? data["attempt"] : before.attempt;
  const cost = charged(before.cost, data);
  switch (state) {
    case "queued":
      return { ...FRESH, state, attempt, cost };
    case "running":
      return { ...before, state, attempt, cost, since: at };
    case "waiting":
      // a picture that is not like its character is made again: that is no trouble
      if (data["reason"] === "identity") return { ...before, cost };
      return { ...before, state, cost, error: trouble(data["error"]), retryAt: moment(data["retry_at"]), progress: 0, message: "" };
    case "failed":
    case "in_doubt":
      return { ...before, state, attempt, cost, error: trouble(data["error"]), retryAt: null, until: at, message: "", progress: 0 };
    case "skipped":
      return { ...before, state, cost, because: textOf(data["because"]), until: at };
    case "cancelled":
      return { ...before, state, cost, retryAt: null, until: at, message: "", progress: 0 };
    default:
      return done(before, state, attempt, cost, data);
  }
}

function done(before: NodeView, state: NodeState, attempt: number, cost: number, data: Data): NodeView {
  const at = moment(data["at"]);
  const node: NodeView = { ...before, state, attempt, cost, error: null, retryAt: null, until: at, progress: 1, message: "" };
  node.outputs = outputsOf(data["outputs"]) ?? before.outputs;
  if (TAKEN.has(state)) return { ...node, because: null, from: originOf(data[`${state}_from`]) };
  return { ...node, since: moment(data["started_at"]) ?? before.since ?? at };
}

/** In all, where the server says so (`node_cost`); an older one says only what this attempt took. */
function charged(before: number, data: Data): number {
  if (typeof data["node_cost"] === "number") return data["node_cost"];
  return typeof data["cost"] === "number" ? Math.max(before, data["cost"]) : before;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

export function trouble(value: unknown): Trouble | null {
  if (!isRecord(value) || typeof value["message"] !== "string") return null;
  const { kind, message, provider, retryable } = value;
  return { kind: textOf(kind) ?? "internal", message, provider: textOf(provider), retryable: retryable === true };
}

function originOf(value: unknown): NodeView["from"] {
  if (!isRecord(value)) return null;
  const [execution_id, node_id] = [textOf(value["execution_id"]), textOf(value["node_id"])];
  return execution_id !== null && node_id !== null ? { execution_id, node_id } : null;
}

/** Values are shown as they come: whoever shows one looks at its type first. */
function outputsOf(value: unknown): NodeRun["outputs"] | null {
  return isRecord(value) ? (value as NodeRun["outputs"]) : null;
}
