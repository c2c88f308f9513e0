import { describe, expect, it } from "vitest";
import { differing, settingsOf, worded } from "./differing";

const STEP = { id: "s", kind: "step", depth: -1, type: "text_to_image", model: "m", prompt: "a fox", seed: 7, params: { prompt: "a fox", steps: 3, seed: 7 } } as const;

describe("what differs", () => {
  it("is told by the names of the settings, also what only one of them has", () => {
    const first = settingsOf({ type: "image", width: 4, height: 3 }, null, STEP);
    const second = settingsOf({ type: "image", width: 4, height: 3 }, null, { ...STEP, seed: 8, params: { prompt: "a fox", strength: 0.5 } });
    expect(differing(first, second)).toEqual([
      { name: "Seed", first: "7", second: "8" },
      { name: "Steps", first: "3", second: "none" },
      { name: "Strength", first: "none", second: "0.5" },
    ]);
    expect(differing(first, first)).toEqual([]);
  });

  it("is told word by word", () => {
    const words = worded("a red fox in snow", "a blue fox in deep snow");
    expect(words.map((word) => `${{ both: "", first: "-", second: "+" }[word.in]}${word.text}`)).toEqual(["a", "-red", "+blue", "fox", "in", "+deep", "snow"]);
  });

  it("does not take for ever with long texts", () => {
    const long = "word ".repeat(5000);
    expect(worded(long, `${long} more`)).toHaveLength(2);
  });
});
