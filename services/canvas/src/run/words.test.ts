import { expect, it } from "vitest";
import { atDoor, nearer } from "../time/skew";
import { advice, fieldInWords, listed } from "./advice";
import { headOf, heads } from "./heads";
import type { Head } from "./heads";
import type { RunEvent } from "./view";
import { amount, countdown, duration, elapsed, price, prices } from "./words";

it("says durations and prices as a person would", () => {
  expect([0, 40, 3240, 61_000, 150_000, 8_000_000].map((ms) => duration(ms))).toEqual(["0.0 s", "0.0 s", "3.2 s", "61 s", "2 min", "2 h 13 min"]);
  expect(duration(3900, true)).toBe("3 s");
  expect([elapsed({ since: 1000, until: null }, 4500), elapsed({ since: 1000, until: 1020 }, 0), elapsed({ since: null, until: 5 }, 0)]).toEqual(["3 s", "", ""]);
  expect(elapsed({ since: 5000, until: null }, 4000)).toBe("0 s");
  expect([countdown(9000, 1000), countdown(0, 1000)]).toEqual(["in 8 s", "now"]);
  expect([price(0), price(4_000_000), prices(0, 0), prices(1_000_000, 2_500_000)]).toEqual(["free", "4 cr", "free", "1–2.5 cr"]);
});

it("reads an amount, and no nonsense", () => {
  expect([amount("2.5"), amount(" 3,5 "), amount("0")]).toEqual([2_500_000, 3_500_000, 0]);
  for (const text of ["", "-1", "1e9", "ten", "1.2.3", "9".repeat(30), "<b>1</b>"]) expect(amount(text)).toBeNull();
});

it("knows what can be done about every kind of failure", () => {
  expect(advice({ kind: "content_policy" }, "failed").doings).toEqual(["settings", "vary"]);
  expect(advice({ kind: "in_doubt" }, "in_doubt").doings).toEqual(["settle"]);
  expect(advice({ kind: "in_doubt" }, "failed").doings).toEqual(["resume"]); // settled as failed
  expect(advice({ kind: "not_configured", provider: "google" }, "failed").doings).toContain("key");
  expect(advice({ kind: "not_configured", provider: "local" }, "failed").doings).not.toContain("key"); // espeak-ng is missing
  expect(advice({ kind: "of a later release" }, "failed").doings).toContain("resume");
  expect([fieldInWords("params.prompt"), fieldInWords("inputs.image"), fieldInWords("params.max_words"), listed(["a", "b", "c"])]).toEqual(["the prompt", "what comes into image", "“max words”", "a, b and c"]);
});

it("keeps to the server's clock, from below", () => {
  const first = atDoor(null, 10_000, 3_610_900); // this machine is an hour ahead; the date has whole seconds
  expect(first).toBe(-3_600_900);
  const better = nearer(first, 11_300, 3_611_400);
  expect(better).toBe(-3_600_100);
  expect(nearer(better, 10_000, 3_615_000)).toBe(better); // an event from before
  expect(atDoor(better, 20_000, 3_620_500)).toBe(better);
  expect(atDoor(better, 20_000, 20_200)).toBe(-200); // somebody set the clock right
});

it("lists runs as they are heard of, those of other graphs not", () => {
  const event = (id: number, run: string, name: string, more: object = {}): RunEvent => ({ id, event: name, data: { execution_id: run, at: "2026-11-21T12:00:00Z", ...more } });
  const news = [
    event(1, "r", "execution_started", { graph_id: "g", nodes: ["a", "b"] }),
    event(2, "other", "execution_started", { graph_id: "h", nodes: ["a"] }),
    event(3, "r", "node_completed", { node_id: "a", execution_cost: 5 }),
    event(4, "r", "node_skipped", { node_id: "b", execution_cost: 5 }),
  ];
  const [run, ...others] = heads([], news, "g");
  expect(others).toEqual([]);
  expect(run).toMatchObject({ id: "r", state: "running", nodes: 2, done: 2, cost: 5 });
  const over = heads([run as Head], [event(5, "r", "execution_failed", { cost: 7, error: { kind: "auth", message: "No." } })], "g");
  expect(over[0]).toMatchObject({ state: "failed", cost: 7, error: "No.", completedAt: Date.parse("2026-11-21T12:00:00Z") });
  expect(heads(over, [event(6, "r", "execution_resumed")], "g")[0]).toMatchObject({ state: "running", completedAt: null });
  expect(heads(over, news.slice(1, 2), "g")).toBe(over);
});

it("counts what is done of a run that is going", () => {
  const base = { type: "text", attempt: 1, outputs: {}, cost: 0, progress: 0 };
  const head = headOf({
    id: "r",
    graph_id: "g",
    graph_version: 3,
    graph_name: "",
    project_id: "p",
    state: "running",
    cost: 1,
    budget: null,
    outputs: [],
    created_at: "2026-11-21T12:00:00Z",
    nodes: { a: { ...base, state: "completed" }, b: { ...base, state: "running" }, c: { ...base, state: "waiting" } },
  });
  expect(head).toMatchObject({ nodes: 3, done: 1, version: 3, forkedFrom: null });
});
