/** The fold of the canvas against the gateway's own: runs that were recorded once, after every event of them. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { told, viewOf } from "./fold";
import { unborn } from "./view";
import type { Execution, NodeView, RunEvent, RunView } from "./view";

interface Step {
  event: RunEvent;
  said: Partial<Pick<Execution, "state" | "cost" | "error">> & Pick<Execution, "nodes">;
}
interface Recording {
  name: string;
  run: string;
  steps: Step[];
}

/** The server says it after all that was decided at once; the events of it come one by one. */
const BETWEEN = new Set(["execution_resumed"]);

/** No event tells how far a node is, nor for whom it waits; and what comes `late` is told with the node's next event. */
function comparable({ state, cost, error, nodes }: RunView, late: ReadonlySet<string>) {
  const plain = (id: string, { state: how, attempt, outputs, error: trouble, because, from, since, until, retryAt, cost: spent }: NodeView) => ({
    ...{ how, attempt, outputs, trouble, from, since, until, retryAt },
    because: how === "skipped" ? because : null,
    spent: late.has(id) ? null : spent,
  });
  return { state, cost, error, nodes: Object.fromEntries([...nodes].map(([id, node]) => [id, plain(id, node)])) };
}

/** The nodes that were charged for an attempt that had been given up. */
function charged(late: ReadonlySet<string>, before: Execution, { event, said }: Step): ReadonlySet<string> {
  const told = event.data["node_id"];
  const silent = Object.entries(said.nodes).filter(([id, node]) => id !== told && node.cost !== (before.nodes[id]?.cost ?? 0));
  return new Set([...late, ...silent.map(([id]) => id)].filter((id) => id !== told));
}

function after(before: Execution, { said }: Step): Execution {
  return { ...before, ...said, nodes: { ...before.nodes, ...said.nodes } };
}

const NOTHING: Execution = {
  id: "",
  graph_id: null,
  graph_version: null,
  graph_name: "",
  project_id: "",
  state: "pending",
  cost: 0,
  budget: null,
  outputs: [],
  created_at: "2026-11-21T00:00:00Z",
  nodes: {},
};

// tests/canvas/recorded.py writes it
const ALL = JSON.parse(readFileSync(new URL("recorded.json", import.meta.url), "utf8")) as Recording[];

it.each(ALL.map((one) => [one.name, one] as const))("tells the same as the server: %s", (_, { run, steps }) => {
  let [view, said] = [unborn(run), NOTHING];
  let late: ReadonlySet<string> = new Set();
  for (const step of steps) {
    const { event } = step;
    late = charged(late, said, step);
    view = told(view, [event]);
    said = after(said, step);
    if (!BETWEEN.has(event.event)) expect(comparable(view, late), `after ${event.id ?? 0} ${event.event}`).toEqual(comparable(viewOf(said), late));
  }
  expect(steps.length).toBeGreaterThan(0);
});

it("tells the same at once as one by one, and of events that come twice", () => {
  for (const { run, steps } of ALL) {
    const events = steps.map((step) => step.event);
    const bit = events.reduce((view, event) => told(view, [event]), unborn(run));
    expect(told(unborn(run), events)).toEqual(bit);
    expect(told(bit, events)).toBe(bit);
  }
});
