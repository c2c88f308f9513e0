import { describe, expect, it } from "vitest";
import type { GraphNode, NodeType } from "../graph/model";
import type { Generation } from "../io/generations";
import { changes, isNow, restoring, wired } from "./restore";

const KIND: NodeType = {
  name: "paint",
  type: "paint",
  title: "Paint",
  help: "",
  category: "image",
  version: 1,
  available: true,
  cacheable: true,
  generative: true,
  prompted: true,
  queue: "image",
  inputs: [],
  outputs: [],
  models: [],
  params: { properties: { prompt: { default: "" }, size: { default: "1K" }, seed: { default: 0 }, provider: {}, model: {} } },
};
const NODE: GraphNode = {
  id: "n",
  type: "paint",
  title: null,
  params: { prompt: "a fox", model: "new" },
  position: { x: 0, y: 0 },
  bypassed: false,
  variation: 0,
  inputs: [],
  outputs: [],
};

function made(params: Record<string, unknown>, rest: Record<string, unknown> = {}, prompt = "a fox"): Generation {
  return {
    id: "g",
    type: "paint",
    prompt_snapshot: prompt,
    settings_snapshot: { params, ...rest },
    output_url: null,
    outputs: {},
    cost_computation: { cost: 0, basis: "free" },
    seconds: 1,
    created_at: "2026-01-01T00:00:00Z",
    who: { user_id: "u" },
    project_id: "p",
    graph_id: "g",
    execution_id: "x",
    node_id: "n",
    attempt: 1,
    job_id: null,
    late: false,
    notes: [],
  };
}

describe("going back to how something was made", () => {
  it("sets what differs, with the model and the seed that stand beside the params", () => {
    const then = made({ prompt: "a cat", size: "1K" }, { model: "old", provider: "local", seed: 7 });
    expect(restoring(NODE, then, KIND)).toEqual({ op: "change_node", node_id: "n", params: { prompt: "a cat", model: "old", provider: "local", seed: 7 } });
  });

  it("takes away what was the default then", () => {
    const node = { ...NODE, params: { prompt: "a fox", size: "4K", seed: 3 } };
    expect(changes(node, made({ prompt: "a fox", size: "1K" }), KIND)).toEqual({ size: null, seed: null });
  });

  it("leaves alone what the type does not know any more, and says when nothing differs", () => {
    const then = made({ prompt: "a fox", gone: 1 }, { model: "new", seed: 0 });
    expect(restoring(NODE, then, KIND)).toBeNull();
  });

  it("does not take a model that the server chose for a difference", () => {
    const node = { ...NODE, params: { prompt: "a fox" } };
    const then = made({ prompt: "a fox" }, { model: "chosen", provider: "local", seed: 0 });
    expect(isNow(node, then, KIND)).toBe(true);
    expect(isNow(NODE, then, KIND)).toBe(false);
  });

  it("knows that words came over a wire", () => {
    expect(wired(made({ prompt: "in ink" }, {}, "a fox\n\nin ink"))).toBe(true);
    expect(wired(made({ prompt: "a fox" }))).toBe(false);
  });
});
