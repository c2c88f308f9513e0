import { describe, expect, it } from "vitest";
import type { Lineage, LineageNode } from "../io/assets";
import { CELL, column, curve, laidOut } from "./layout";

const step = (id: string, depth: number): LineageNode => ({ id, kind: "step", depth });
const asset = (id: string, depth: number): LineageNode => ({ id, kind: "asset", depth, asset_id: id });
const LINEAGE: Lineage = {
  asset_id: "here",
  nodes: [step("words", -2), step("paint", -1), asset("here", 0), step("night", 1), asset("dark", 1), asset("darker", 1)],
  edges: [
    { from: "words", to: "paint", port: "prompt" },
    { from: "paint", to: "here", port: "" },
    { from: "here", to: "night", port: "image" },
    { from: "night", to: "dark", port: "" },
    { from: "night", to: "nowhere", port: "" },
  ],
  cost: 0,
  truncated: false,
};

describe("the picture of a lineage", () => {
  it("has what came first to the left", () => {
    expect(LINEAGE.nodes.map(column)).toEqual([-3, -1, 0, 1, 2, 2]);
    const { placed, width } = laidOut(LINEAGE);
    expect(placed.map((one) => one.node.id)).toEqual(["words", "paint", "here", "night", "dark", "darker"]);
    expect(width).toBe(5 * CELL.width + 4 * CELL.gap);
  });

  it("sets a lone thing in the middle of its neighbours, and no two on each other", () => {
    const { placed, height } = laidOut(LINEAGE);
    expect(new Set(placed.map((one) => `${one.x} ${one.y}`)).size).toBe(placed.length);
    expect(placed.find((one) => one.node.id === "here")?.y).toBe((height - CELL.height) / 2);
  });

  it("draws only the wires whose ends are there", () => {
    const { wires } = laidOut(LINEAGE);
    expect(wires).toHaveLength(4);
    expect(wires.every((wire) => wire.from.x < wire.to.x && !curve(wire).includes("NaN"))).toBe(true);
  });
});
