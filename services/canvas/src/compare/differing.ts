/** What two results were made with, and where that differs. */
import type { Asset, LineageNode } from "../io/assets";
import { price } from "../run/words";
import type { Thing } from "../viewer/openViewer";
import { kindOf, playing, shownValue, spelled } from "../viewer/words";

export type Settings = ReadonlyMap<string, string>;
export interface Difference {
  name: string;
  first: string;
  second: string;
}

const APART = new Set(["prompt", "seed", "model", "provider"]);

/** As far as they are known, in the words of a person. */
export function settingsOf(thing: Thing, asset: Asset | null, step: LineageNode | null): Settings {
  const told = new Map<string, string>([["Kind", kindOf(thing)]]);
  const put = (name: string, value: unknown) => {
    if (value !== null && value !== undefined && value !== "") told.set(name, shownValue(value));
  };
  put("Prompt", step?.prompt ?? asset?.prompt);
  put("Source", asset && (asset.source === "upload" ? "uploaded" : "generated"));
  put("Made by", step?.type && spelled(step.type));
  put("Model", step?.model ?? asset?.model);
  put("Provider", step?.provider ?? asset?.provider);
  put("Seed", step?.seed);
  put("Variation", step?.variation);
  for (const [name, value] of Object.entries(step?.params ?? {})) if (!APART.has(name)) put(spelled(name), value);
  const own = step?.params?.["prompt"];
  if (own !== step?.prompt) put("The node's own prompt", own);
  put("Dimensions", thing.width && thing.height && `${thing.width} × ${thing.height}`);
  put("Length", thing.duration_s && playing(thing.duration_s));
  put("Cost", step && price(step.cost ?? 0));
  return told;
}

export function differing(first: Settings, second: Settings): Difference[] {
  const names = [...new Set([...first.keys(), ...second.keys()])];
  return names
    .map((name) => ({ name, first: first.get(name) ?? "none", second: second.get(name) ?? "none" }))
    .filter((one) => one.first !== one.second);
}

export interface Word {
  text: string;
  /** In which of the two it is. */
  in: "both" | "first" | "second";
}
const MOST_WORDS = 400;

/** Two texts as one, word by word: what left, what came, what stayed. */
export function worded(first: string, second: string): Word[] {
  const [a, b] = [first.split(/\s+/).filter(Boolean), second.split(/\s+/).filter(Boolean)];
  if (Math.max(a.length, b.length) > MOST_WORDS)
    return [{ text: first, in: "first" }, { text: second, in: "second" }];
  const common = lengths(a, b);
  const words: Word[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right) {
      words.push({ text: left, in: "both" });
      i++;
      j++;
    } else if (left !== undefined && (right === undefined || at(common, i + 1, j) >= at(common, i, j + 1))) {
      words.push({ text: left, in: "first" });
      i++;
    } else {
      words.push({ text: right ?? "", in: "second" });
      j++;
    }
  }
  return words;
}

/** Of the longest common part of what follows, for every pair of places. */
function lengths(a: readonly string[], b: readonly string[]): readonly (readonly number[])[] {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) {
      const row = table[i];
      if (row) row[j] = a[i] === b[j] ? at(table, i + 1, j + 1) + 1 : Math.max(at(table, i + 1, j), at(table, i, j + 1));
    }
  return table;
}

function at(table: readonly (readonly number[])[], i: number, j: number): number {
  return table[i]?.[j] ?? 0;
}
