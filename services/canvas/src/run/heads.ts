/** The runs of a graph in short, as a list has them. */
import { isOver } from "./fold";
import { trouble } from "./steps";
import type { Execution, RunEvent, RunState } from "./view";
import { moment } from "./view";

export interface Head {
  id: string;
  state: RunState;
  /** Milliseconds since the epoch, by the server's clock. */
  createdAt: number;
  completedAt: number | null;
  /** Micro-credits. */
  cost: number;
  budget: number | null;
  forkedFrom: string | null;
  version: number | null;
  error: string | null;
  nodes: number;
  done: number;
}

const DONE = new Set(["completed", "cached", "inherited", "failed", "cancelled", "skipped", "in_doubt"]);
const ENDS = new Set([...DONE].map((state) => `node_${state}`));

export function headOf(execution: Execution): Head {
  const nodes = Object.values(execution.nodes);
  return {
    id: execution.id,
    state: execution.state,
    createdAt: moment(execution.created_at) ?? 0,
    completedAt: moment(execution.completed_at),
    cost: execution.cost,
    budget: execution.budget,
    forkedFrom: execution.forked_from ?? null,
    version: execution.graph_version,
    error: execution.error?.message ?? null,
    nodes: nodes.length,
    done: nodes.filter((node) => DONE.has(node.state)).length,
  };
}

/** After what was heard. Runs of this graph that were started elsewhere join the list. */
export function heads(before: readonly Head[], news: readonly RunEvent[], graph: string | null): readonly Head[] {
  let changed = false;
  const runs = new Map(before.map((head) => [head.id, head]));
  for (const event of news) {
    const id = event.data["execution_id"];
    if (typeof id !== "string" || event.event === "node_progress") continue;
    const head = runs.get(id);
    const after = head ? headAfter(head, event) : event.event === "execution_started" && event.data["graph_id"] === graph ? begun(id, event) : undefined;
    if (!after || after === head) continue;
    runs.set(id, after);
    changed = true;
  }
  return changed ? [...runs.values()].sort((a, b) => b.createdAt - a.createdAt) : before;
}

function begun(id: string, { data }: RunEvent): Head {
  return {
    id,
    state: "running",
    createdAt: moment(data["at"]) ?? 0,
    completedAt: null,
    cost: 0,
    budget: null,
    forkedFrom: typeof data["forked_from"] === "string" ? data["forked_from"] : null,
    version: typeof data["graph_version"] === "number" ? data["graph_version"] : null,
    error: null,
    nodes: Array.isArray(data["nodes"]) ? data["nodes"].length : 0,
    done: 0,
  };
}

function headAfter(head: Head, { event, data }: RunEvent): Head {
  if (event === "execution_started") {
    const nodes = Array.isArray(data["nodes"]) ? data["nodes"].length : head.nodes;
    return head.state === "pending" ? { ...head, state: "running", nodes } : head;
  }
  if (event === "execution_resumed") return { ...head, state: "running", completedAt: null, error: null };
  if (ENDS.has(event)) {
    if (isOver(head.state)) return head;
    const cost = typeof data["execution_cost"] === "number" ? data["execution_cost"] : head.cost;
    return { ...head, cost, done: Math.min(head.nodes, head.done + 1) };
  }
  const state = event.replace("execution_", "");
  if (state !== "completed" && state !== "failed" && state !== "cancelled") return head;
  const cost = typeof data["cost"] === "number" ? data["cost"] : head.cost;
  return { ...head, state, completedAt: moment(data["at"]), cost, error: trouble(data["error"])?.message ?? null };
}
