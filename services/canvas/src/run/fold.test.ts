import { expect, it } from "vitest";
import { sharing, told as folded } from "./fold";
import { unborn } from "./view";
import type { RunEvent } from "./view";

const AT = "2026-11-21T12:00:00Z";
const node = (id: number, event: string, more: object = {}): RunEvent => ({ id, event, data: { node_id: "paint", at: AT, ...more } });
const STORY: RunEvent[] = [
  { id: 1, event: "execution_started", data: { nodes: ["paint", "look"], at: AT } },
  node(2, "node_queued", { attempt: 1 }),
  node(3, "node_started"),
  { event: "node_progress", data: { node_id: "paint", progress: 0.5, message: "half" } },
  node(4, "node_retrying", { attempt: 2, retry_at: AT, error: { kind: "transient", message: "Busy.", retryable: true } }),
  node(5, "node_queued", { attempt: 2 }),
  node(6, "node_started"),
  node(7, "node_completed", { outputs: { image: [{ type: "image", asset_id: "a" }] }, cost: 4 }),
  { id: 8, event: "node_skipped", data: { node_id: "look", because: "paint", at: AT } },
  { id: 9, event: "execution_failed", data: { cost: 4, error: { kind: "x", message: "No.", retryable: false } } },
];
const told = (events: RunEvent[]) => folded(unborn("r"), events);

it("tells each node's state after any event", () => {
  expect(told(STORY.slice(0, 4)).nodes.get("paint")).toMatchObject({ state: "running", progress: 0.5, message: "half" });
  expect(told(STORY.slice(0, 5)).nodes.get("paint")).toMatchObject({ state: "waiting", attempt: 1, retryAt: Date.parse(AT) });
  const over = told(STORY);
  expect(over).toMatchObject({ state: "failed", cost: 4, position: 9 });
  expect(over.nodes.get("paint")).toMatchObject({ state: "completed", progress: 1, cost: 4, error: null });
  expect(over.nodes.get("look")).toMatchObject({ state: "skipped", because: "paint" });
});

it("takes an event twice for once, and one from before for nothing", () => {
  const twice = STORY.flatMap((event) => (event.id === undefined ? [event] : [event, event]));
  expect(told(twice)).toEqual(told(STORY));
  expect(told([...STORY, ...STORY.slice(0, 3)])).toEqual(told(STORY));
});

it("begins again what was resumed", () => {
  const resumed = folded(told(STORY), [{ id: 10, event: "execution_resumed", data: {} }]);
  expect(resumed.state).toBe("running");
  expect(resumed.nodes.get("look")?.state).toBe("waiting");
  expect(resumed.nodes.get("paint")?.state).toBe("completed");
});

it("does not know progress of what does not run, nor events of a later release", () => {
  const over = told(STORY);
  expect(folded(over, [{ event: "node_progress", data: { node_id: "paint", progress: 0.1 } }])).toEqual(over);
  expect(folded(over, [{ id: 11, event: "node_sneezed", data: { node_id: "paint" } }]).nodes).toEqual(over.nodes);
});

it("keeps what is alike from one moment to another", () => {
  const [early, late] = [told(STORY.slice(0, 7)), told(STORY.slice(0, 8))];
  const next = sharing(early, late);
  expect(next).toEqual(late);
  expect(next.nodes.get("look")).toBe(early.nodes.get("look"));
  expect(next.nodes.get("paint")).toBe(late.nodes.get("paint"));
  expect(sharing(late, told(STORY.slice(0, 8))).nodes.get("paint")).toBe(late.nodes.get("paint"));
});
