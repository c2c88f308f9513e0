import { describe, expect, it } from "vitest";
import type { NodeType } from "../graph/model";
import { checked, fieldsOf, read, shown, unknownOf } from "./fields";
import type { Field, Model } from "./fields";
import { choosing, flawOf, offered } from "./models";

const properties = {
  prompt: { type: "string", title: "Prompt", default: "", maxLength: 16, format: "multiline" },
  ratio: { type: "string", title: "Ratio", default: "1:1", enum: ["1:1", "16:9"] },
  seconds: { type: "number", title: "Seconds", default: 4, minimum: 1, maximum: 20 },
  count: { type: "integer", title: "Count", default: 1, minimum: 1, maximum: 8 },
  audio: { type: "boolean", title: "Sound", default: true },
  regions: { type: "array", title: "Regions" },
  seed: { type: "integer", title: "Seed" },
  asset_id: { type: "string", title: "Asset" },
  provider: { type: "string" },
  model: { type: "string" },
};
const model = (id: string, more: Partial<Model> = {}): Model => ({ id, provider: "p", title: id, operations: ["make"], ...more });
const NARROW = model("narrow", { limits: { seconds: { choices: [4, 6, 8] }, count: { maximum: 2 } }, ignores: ["seed"], fixed: { make: { ratio: "16:9" } }, max_prompt_chars: 5 });
const KIND: NodeType = {
  name: "make", type: "make", version: 1, title: "Make", help: "", category: "image", queue: null, available: true, prompted: true,
  cacheable: true, generative: true, inputs: [], outputs: [], params: { properties, required: ["asset_id"] },
  models: [model("free"), NARROW, model("old", { status: "retired", replaced_by: "free" })],
};
const field = (name: string, of: Model | null = null): Field => {
  const found = fieldsOf(KIND, of).find((one) => one.name === name);
  if (!found) throw new Error(name);
  return found;
};

describe("the settings of a type", () => {
  it("are drawn by what they are", () => {
    expect(fieldsOf(KIND, null).map((one) => [one.name, one.kind])).toEqual([
      ["prompt", "words"], ["ratio", "choice"], ["seconds", "number"], ["count", "whole"], ["audio", "switch"], ["regions", "json"], ["seed", "whole"], ["asset_id", "asset"],
    ]);
  });

  it("are what the model allows", () => {
    expect(field("seconds", NARROW)).toMatchObject({ kind: "choice", choices: [4, 6, 8] });
    expect(field("count", NARROW).most).toBe(2);
    expect(field("seed", NARROW).ignored).toBe(true);
    expect(field("ratio", NARROW).fixed).toBe("16:9");
    expect(field("prompt", NARROW).longest).toBe(5);
    expect(field("prompt").longest).toBe(16);
  });
});

describe("what is written into a field", () => {
  it.each([
    ["count", "3", 3], ["seconds", "2,5", 2.5], ["seconds", "", null], ["ratio", "16:9", "16:9"], ["ratio", "", null], ["audio", "false", false],
    ["regions", '[{"x": 1}]', [{ x: 1 }]], ["prompt", "a fox", "a fox"], ["prompt", "", null], ["prompt", "🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊", "🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊"],
  ])("%s: %j is %j", (name, text, value) => {
    expect(read(field(name), text)).toEqual({ value });
  });

  it.each([
    ["count", "9", "From 1 to 8."], ["count", "1.5", "A whole number."], ["count", "many", "This is no number."], ["count", "1e99", "A whole number.|From 1 to 8."],
    ["ratio", "2:1", "One of 1:1, 16:9."], ["regions", "{", "This is no JSON"], ["prompt", "x".repeat(17), "At most 16 characters; these are 17."], ["asset_id", "", "This is needed."],
  ])("%s: %j is refused", (name, text, why) => {
    const found = read(field(name), text);
    expect("why" in found && why.split("|").some((one) => found.why.startsWith(one))).toBe(true);
  });

  it("comes back as it was", () => {
    expect(shown([1])).toBe("[\n  1\n]");
    expect(shown(false)).toBe("false");
    expect(shown(null)).toBe("");
  });
});

describe("a model", () => {
  it("that is chosen puts back what it does not take", () => {
    const params = { seconds: 5, count: 2, ratio: "1:1", prompt: "longer than five", model: "free", provider: "p" };
    expect(choosing(KIND, params, "p", "narrow")).toEqual({ params: { provider: "p", model: "narrow", ratio: null, seconds: null }, reset: ["Ratio", "Seconds"] });
    expect(choosing(KIND, params, null, null).params).toEqual({ provider: null, model: null });
  });

  it("that is retired, or unknown, says so, and names another", () => {
    expect(offered(KIND)[0]?.models.map((one) => one.id)).toEqual(["free", "narrow"]);
    expect(flawOf(KIND, { model: "old", provider: "p" })).toMatchObject({ why: "old is retired; free takes its place.", instead: { id: "free" } });
    expect(flawOf(KIND, { model: "dream", provider: "p" })?.why).toBe("dream is no model that Make knows at p.");
    expect(flawOf(KIND, { model: "free", provider: "p" })).toBeNull();
    expect(flawOf(KIND, {})).toBeNull();
  });
});

it("a setting of another release is found, and a value that does not fit says why", () => {
  expect(unknownOf(KIND, { prompt: "x", sparkle: 1 })).toEqual(["sparkle"]);
  expect(checked(field("seconds", NARROW), 5)).toEqual({ why: "5 is not possible here: one of 4, 6, 8." });
});
