// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ServerOp } from "../graph/edit";
import type { Graph } from "../graph/model";

interface Sent {
  ops: readonly ServerOp[];
  key: string;
  version: number | null;
}

/** A gateway that keeps one graph, and does as it is told. */
class Gateway {
  version = 1;
  nodes: Graph["nodes"] = [];
  seen: Sent[] = [];
  refusals: { status: number; detail: string }[] = [];

  graph(): Graph {
    const at = "2026-01-01T00:00:00Z";
    return { id: "g", name: "G", project_id: "p", version: this.version, nodes: this.nodes, edges: [], notes: [], frames: [], created_at: at, updated_at: at };
  }

  async edited(ops: readonly ServerOp[], key: string, version: number | null): Promise<Graph> {
    this.seen.push({ ops, key, version });
    const refusal = this.refusals.shift();
    const { Refused } = await import("../api/client");
    if (refusal?.status === 412) this.version = 7;
    if (refusal) throw new Refused({ type: "/problems/x", ...refusal });
    this.version += 1;
    return this.graph();
  }
}

const node = (id: string): Graph["nodes"][number] => ({ id, type: "text", params: {}, position: { x: 0, y: 0 }, bypassed: false, variation: 0, inputs: [], outputs: [] });

describe("edits on their way", () => {
  let gateway: Gateway;
  beforeEach(() => {
    vi.resetModules();
    localStorage.clear();
    sessionStorage.clear();
    gateway = new Gateway();
    vi.doMock("../io/graphs", () => ({
      edited: (_: string, ops: readonly ServerOp[], key: string, version: number | null) => gateway.edited(ops, key, version),
      graph: () => Promise.resolve(gateway.graph()),
    }));
  });
  afterEach(() => {
    vi.doUnmock("../io/graphs");
  });

  async function opened() {
    const { useEditor } = await import("./editor");
    await useEditor.getState().open(gateway.graph());
    const idle = () => vi.waitFor(() => expect(useEditor.getState().saving).toBe("saved"), { timeout: 5000 });
    return { useEditor, idle };
  }

  it("go one after the other; one that is refused is taken back with what hangs on it, and the rest goes on", async () => {
    const { useEditor, idle } = await opened();
    const { useNotices } = await import("./notices");
    gateway.refusals.push({ status: 422, detail: "text must not be empty." });
    const { edit } = useEditor.getState();
    edit("Add one", [{ op: "add_node", id: "one", type: "text" }]);
    edit("Move one", [{ op: "change_node", node_id: "one", position: { x: 1, y: 1 } }]);
    edit("Add two", [{ op: "add_node", id: "two", type: "text" }]);
    expect([...(useEditor.getState().drawing?.nodes.keys() ?? [])]).toEqual(["one", "two"]);
    await idle();
    expect(gateway.seen.map((one) => one.ops.map((op) => op.op).join())).toEqual(["add_node", "add_node"]);
    expect(useNotices.getState().notices[0]?.text).toBe("“Add one” was not taken: text must not be empty.");
    expect(useEditor.getState().history.past.map((one) => one.name)).not.toContain("Add one");
  });

  it("stay when nothing answers, and go again under the same key with the same words", async () => {
    gateway.nodes = [node("a")];
    const { useEditor, idle } = await opened();
    gateway.refusals.push({ status: 503, detail: "Later." });
    useEditor.getState().edit("Move", [{ op: "change_node", node_id: "a", position: { x: 5, y: 5 } }]);
    await vi.waitFor(() => expect(useEditor.getState().saving).toBe("away"));
    expect(Object.keys(localStorage).some((name) => name.startsWith("groove.unsent.g."))).toBe(true);
    await idle();
    expect(gateway.seen).toHaveLength(2);
    expect(gateway.seen[1]).toEqual(gateway.seen[0]);
    expect(Object.keys(localStorage).some((name) => name.startsWith("groove.unsent."))).toBe(false);
  });

  it("of notes are made against what is there; somebody else was first: once more, under a key of its own", async () => {
    const { useEditor, idle } = await opened();
    gateway.refusals.push({ status: 412, detail: "Stale." });
    const thing = { id: "n", text: "mine", x: 0, y: 0, width: 100, height: 60, colour: "blue", rest: {} } as const;
    useEditor.getState().edit("Add a note", [{ op: "put", on: "notes", thing }]);
    await idle();
    expect(gateway.seen.map((one) => one.version)).toEqual([1, 7]);
    expect(gateway.seen[0]?.key).not.toBe(gateway.seen[1]?.key);
  });

  it("of a tab that is no more are taken over, once", async () => {
    localStorage.setItem("groove.unsent.g.dead", JSON.stringify([{ key: "k", name: "Add", ops: [{ op: "add_node", id: "x", type: "text" }] }]));
    localStorage.setItem("groove.unsent.g.odd", "nonsense");
    const { idle } = await opened();
    await idle();
    expect(gateway.seen.map((one) => one.key)).toEqual(["k"]);
    expect(localStorage.getItem("groove.unsent.g.dead")).toBeNull();
  });

  it("that follow each other while somebody types are sent once, and are one step back", async () => {
    gateway.nodes = [node("a")];
    const { useEditor, idle } = await opened();
    for (const text of ["f", "fo", "fox"]) useEditor.getState().edit("Change text", [{ op: "change_node", node_id: "a", params: { text } }], true, "param a text");
    await idle();
    expect(gateway.seen.map((one) => one.ops)).toEqual([[{ op: "change_node", node_id: "a", params: { text: "fox" } }]]);
    expect(useEditor.getState().history.past).toHaveLength(1);
  });
});
