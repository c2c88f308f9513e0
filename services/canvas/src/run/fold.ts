/** The state of a run, told by its events: the same whether they come live, after a gap, or from the slider. */
import { ended, nodeAfter, progressed, resumed, started, trouble } from "./steps";
import { FRESH, moment } from "./view";
import type { Execution, NodeRun, NodeView, RunEvent, RunState, RunView } from "./view";

export type { Execution, NodeRun, NodeState, NodeView, RunEvent, RunState, RunView, Trouble } from "./view";

const OVER: ReadonlySet<RunState> = new Set<RunState>(["completed", "failed", "cancelled"]);
export const isOver = (state: RunState): boolean => OVER.has(state);

/** From an execution as the API gives it. What happened after it is folded on top. */
export function viewOf(execution: Execution): RunView {
  const nodes = Object.entries(execution.nodes).map(([id, node]): [string, NodeView] => [id, nodeOf(node)]);
  const { id, state, cost } = execution;
  return { id, state, cost, error: trouble(execution.error), nodes: new Map(nodes), position: -1 };
}

function nodeOf(node: NodeRun): NodeView {
  return {
    ...FRESH,
    state: node.state,
    attempt: node.attempt,
    progress: node.progress,
    outputs: node.outputs,
    error: trouble(node.error),
    cost: node.cost,
    because: node.because ?? null,
    from: node.cached_from ?? node.inherited_from ?? null,
    since: moment(node.started_at),
    until: moment(node.completed_at),
    retryAt: moment(node.retry_at),
  };
}

/** After these events too. Those at or before its position are known already; what did not change stays the same object. */
export function told(view: RunView, events: Iterable<RunEvent>): RunView {
  let nodes: Map<string, NodeView> | null = null;
  let { position, state, cost, error } = view;
  for (const { id, event, data } of events) {
    if (id !== undefined && id <= position) continue;
    position = id ?? position;
    const node = data["node_id"];
    const here: ReadonlyMap<string, NodeView> = nodes ?? view.nodes;
    if (event.startsWith("node_") && typeof node === "string") {
      const before = here.get(node) ?? FRESH;
      const after = event === "node_progress" ? progressed(before, data) : nodeAfter(before, event, data);
      if (after !== before) (nodes ??= new Map(view.nodes)).set(node, after);
      cost = typeof data["execution_cost"] === "number" ? data["execution_cost"] : cost + after.cost - before.cost;
    } else if (event === "execution_started") {
      state = "running";
      nodes = started(here, data);
    } else if (event === "execution_resumed") {
      [state, error, nodes] = ["running", null, resumed(here)];
    } else if (event.startsWith("execution_")) ({ state, cost, error } = ended({ state, cost, error }, event, data));
  }
  const same = nodes === null && position === view.position && state === view.state;
  return same ? view : { ...view, nodes: nodes ?? view.nodes, position, state, cost, error };
}

/** With what the server says of it that no event tells: what waits for another run, what was charged late, how far it is.
 *
 * It may be a moment older or newer than the view, so only nodes that stand alike in both are completed.
 */
export function completed(view: RunView, execution: Execution): RunView {
  const said = viewOf(execution);
  const nodes = new Map<string, NodeView>();
  for (const [id, node] of view.nodes) {
    const other = said.nodes.get(id);
    nodes.set(id, other?.state === node.state && other.attempt === node.attempt ? { ...other, message: node.message } : node);
  }
  if (view.state === "pending") return { ...said, position: view.position };
  return { ...view, nodes, cost: view.state === said.state ? said.cost : view.cost };
}

/** The same, made of what was there before as far as it is alike: what did not change is not drawn again. */
export function sharing(before: RunView | null, after: RunView): RunView {
  if (!before) return after;
  const nodes = new Map([...after.nodes].map(([id, node]) => [id, alike(before.nodes.get(id), node)]));
  return { ...after, nodes };
}

const FIELDS: readonly (keyof NodeView)[] = ["state", "attempt", "progress", "message", "outputs", "cost", "because", "since", "until", "retryAt"];

function alike(before: NodeView | undefined, node: NodeView): NodeView {
  const same = before && FIELDS.every((name) => before[name] === node[name]) && before.error?.message === node.error?.message;
  return same && before.from?.execution_id === node.from?.execution_id ? before : node;
}
