/** What a run and its nodes look like at a moment. */
import type { components } from "../api/schema";

type S = components["schemas"];
export type Execution = S["ExecutionShape"];
export type NodeRun = S["RunNodeShape"];
export type RunState = Execution["state"];
export type NodeState = NodeRun["state"];
export type Trouble = NonNullable<NodeRun["error"]>;

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
  error: Trouble | null;
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
  error: Trouble | null;
  /** Micro-credits, of all attempts. */
  cost: number;
  /** The node it was skipped for; of a waiting one, the `execution/node` that makes the very same thing. */
  because: string | null;
  /** Where it was taken from, if it was not made here. */
  from: { execution_id: string; node_id: string } | null;
  /** Milliseconds since the epoch, by the server's clock. */
  since: number | null;
  until: number | null;
  retryAt: number | null;
}

export const FRESH: NodeView = {
  state: "waiting",
  attempt: 0,
  progress: 0,
  message: "",
  outputs: {},
  error: null,
  cost: 0,
  because: null,
  from: null,
  since: null,
  until: null,
  retryAt: null,
};

export function moment(text: unknown): number | null {
  const ms = typeof text === "string" ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

export function unborn(id: string): RunView {
  return { id, state: "pending", cost: 0, error: null, nodes: new Map(), position: -1 };
}
