/** The state of a run, told by its events: the same whether they come live, after a gap, or from the slider. */
import type { components } from "../api/schema";

type S = components["schemas"];
export type Execution = S["ExecutionShape"];
export type NodeRun = S["RunNodeShape"];
export type RunState = Execution["state"];
export type NodeState = NodeRun["state"];

export interface RunEvent {
  /** A position in the log; absent for progress, which is never recorded. */
  id?: number;
  event: string;
  data: Record<string, unknown>;
}

export interface RunView {
  id: string;
  state: RunState;
  cost: number;
  error: NodeRun["error"] | null;
  nodes: ReadonlyMap<string, NodeView>;
  /** Of the last event that was folded. */
  position: number;
}

export interface NodeView {
  state: NodeState;
  attempt: number;
  progress: number;
  message: string;
  outputs: NodeRun["outputs"];
  error: NodeRun["error"] | null;
  cost: number;
  because: string | null;
  /** Milliseconds since the epoch, by the server's clock. */
  since: number | null;
  until: number | null;
  retryAt: number | null;
}

const FRESH: NodeView = {
  state: "waiting",
  attempt: 0,
  progress: 0,
  message: "",
  outputs: {},
  error: null,
  cost: 0,
  because: null,
  since: null,
  until: null,
  retryAt: null,
};

export function unborn(id: string): RunView {
  return { id, state: "pending", cost: 0, error: null, nodes: new Map(), position: -1 };
}

/** From an execution as the API gives it. What happened after it is folded on top. */
export function viewOf(execution: Execution, position = -1): RunView {
  const nodes = Object.entries(execution.nodes).map(([id, node]): [string, NodeView] => [id, nodeOf(node)]);
  const { id, state, cost } = execution;
  return { id, state, cost, error: execution.error ?? null, nodes: new Map(nodes), position };
}

function nodeOf(node: NodeRun): NodeView {
  return {
    ...FRESH,
    state: node.state,
    attempt: node.attempt,
    progress: node.progress,
    outputs: node.outputs,
    error: node.error ?? null,
    cost: node.cost,
    because: node.because ?? null,
    since: moment(node.started_at),
    until: moment(node.completed_at),
    retryAt: moment(node.retry_at),
  };
}

function moment(text: unknown): number | null {
  const ms = typeof text === "string" ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** Events at or before the position are known already. */
export function folded(view: RunView, event: RunEvent): RunView {
  if (event.id !== undefined && event.id <= view.position) return view;
  const next = event.event === "node_progress" ? progressed(view, event.data) : told(view, event);
  return event.id === undefined ? next : { ...next, position: event.id };
}

function told(view: RunView, event: RunEvent): RunView {
  const { data } = event;
  const id = data["node_id"];
  if (event.event.startsWith("node_") && typeof id === "string") {
    const before = view.nodes.get(id) ?? FRESH;
    const nodes = new Map(view.nodes).set(id, nodeAfter(before, event));
    return { ...view, nodes };
  }
  switch (event.event) {
    case "execution_started":
      return started(view, data);
    case "execution_resumed":
      return { ...view, state: "running", error: null, nodes: resumed(view.nodes) };
    case "execution_completed":
    case "execution_failed":
    case "execution_cancelled":
      return ended(view, event.event.slice("execution_".length) as RunState, data);
    default:
      return view;
  }
}

function started(view: RunView, data: Record<string, unknown>): RunView {
  const ids = Array.isArray(data["nodes"]) ? data["nodes"].filter((id) => typeof id === "string") : [];
  return { ...view, state: "running", nodes: new Map(ids.map((id) => [id, view.nodes.get(id) ?? FRESH])) };
}

function resumed(nodes: ReadonlyMap<string, NodeView>): ReadonlyMap<string, NodeView> {
  const again = new Set<NodeState>(["failed", "cancelled", "skipped"]);
  return new Map([...nodes].map(([id, node]) => [id, again.has(node.state) ? { ...FRESH, cost: node.cost } : node]));
}

function ended(view: RunView, state: RunState, data: Record<string, unknown>): RunView {
  const cost = typeof data["cost"] === "number" ? data["cost"] : view.cost;
  return { ...view, state, cost, error: (data["error"] as NodeRun["error"] | undefined) ?? null };
}

function progressed(view: RunView, data: Record<string, unknown>): RunView {
  const id = data["node_id"];
  const node = typeof id === "string" ? view.nodes.get(id) : undefined;
  if (!node || typeof id !== "string" || (node.state !== "running" && node.state !== "queued")) return view;
  const progress = typeof data["progress"] === "number" ? data["progress"] : node.progress;
  const message = typeof data["message"] === "string" ? data["message"] : node.message;
  return { ...view, nodes: new Map(view.nodes).set(id, { ...node, progress, message }) };
}

const STATES: Record<string, NodeState> = {
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

function nodeAfter(before: NodeView, event: RunEvent): NodeView {
  const state = STATES[event.event];
  if (!state) return before;
  const { data } = event;
  const at = moment(data["at"]);
  const node: NodeView = { ...before, state, error: (data["error"] as NodeRun["error"] | undefined) ?? null };
  if (typeof data["attempt"] === "number") node.attempt = data["attempt"];
  if (data["outputs"]) node.outputs = data["outputs"] as NodeRun["outputs"];
  if (typeof data["because"] === "string") node.because = data["because"];
  node.retryAt = event.event === "node_retrying" ? moment(data["retry_at"]) : null;
  if (state === "queued") return { ...node, progress: 0, message: "", since: null, until: null };
  if (state === "running") return { ...node, since: at };
  if (state === "waiting") return node;
  if (typeof data["cost"] === "number") node.cost = Math.max(before.cost, data["cost"]);
  return { ...node, progress: event.event === "node_failed" ? before.progress : 1, message: "", until: at };
}
