import { describe, expect, it } from "vitest";
import type { Generation } from "../io/generations";
import { EVERYTHING, assetQuery, generationQuery, merged, narrowed } from "./filter";
import { holds, texts } from "./texts";

describe("what is asked for", () => {
  it("asks for nothing that was not said", () => {
    expect(assetQuery({ ...EVERYTHING, text: "  " }, "p", null)).toEqual({ project_id: "p", limit: 40 });
  });

  it("holds the first and the last day, by the reader's clock", () => {
    const { created_after, created_before } = assetQuery({ ...EVERYTHING, after: "2026-03-01", before: "2026-03-01" }, "p", null);
    const [from, to] = [Date.parse(created_after ?? ""), Date.parse(created_before ?? "")];
    expect(new Date(from).getHours()).toBe(0);
    expect((to - from) / 3_600_000).toBe(24);
  });

  it("leaves out a day that is none, and what is longer than the server takes", () => {
    const asked = assetQuery({ ...EVERYTHING, after: "rubbish", text: "x".repeat(999), shelf: "video", deleted: true }, "p", "c");
    expect(asked).toEqual({ project_id: "p", limit: 40, type: "video", state: "deleted", text: "x".repeat(200), cursor: "c" });
    expect(generationQuery({ ...EVERYTHING, model: " m " }, null)).toEqual({ limit: 100, model: "m" });
  });

  it("knows whether anything is left out", () => {
    expect(narrowed({ ...EVERYTHING, shelf: "audio" })).toBe(false);
    expect(narrowed({ ...EVERYTHING, tag: "sea" })).toBe(true);
  });
});

describe("a list that grows at its head", () => {
  it("has the newest in front, nothing twice, and what is known told anew", () => {
    const there = [{ id: "b", name: "old" }, { id: "a", name: "a" }];
    expect(merged(there, [{ id: "c", name: "c" }, { id: "b", name: "new" }])).toEqual([
      { id: "c", name: "c" },
      { id: "b", name: "new" },
      { id: "a", name: "a" },
    ]);
  });
});

const MADE: Generation = {
  id: "g",
  type: "image_to_text",
  prompt_snapshot: "Describe it",
  settings_snapshot: {},
  output_url: null,
  outputs: { text: [{ type: "text", text: "A red fox" }], image: [{ type: "image", asset_id: "i" }], plan: [{ type: "storyboard", scenes: [{ title: "Dusk", start: "s", end: "e", motion: "m" }] }] },
  cost_computation: { cost: 0, basis: "free" },
  seconds: null,
  created_at: "2026-01-01T00:00:00Z",
  who: { user_id: "u" },
  project_id: "p",
  graph_id: null,
  execution_id: "x",
  node_id: "n",
  attempt: 1,
  job_id: null,
  late: false,
  notes: [],
};

describe("texts", () => {
  it("are what a node wrote, not what it painted", () => {
    expect(texts(MADE).map((one) => one.id)).toEqual(["g/text/0", "g/plan/0"]);
  });

  it("are found by every word, of the text, its scenes or its prompt", () => {
    const [words, plan] = texts(MADE);
    if (!words || !plan) throw new Error("two were made");
    expect(holds(words, "FOX describe")).toBe(true);
    expect(holds(words, "fox dusk")).toBe(false);
    expect(holds(plan, "dusk")).toBe(true);
    expect(holds(plan, "")).toBe(true);
  });
});
