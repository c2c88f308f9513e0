/** Texts and storyboards: they are no assets, but what nodes made. */
import type { Value } from "../graph/model";
import { generations } from "../io/generations";
import type { Generation } from "../io/generations";
import type { Page } from "../io/assets";
import { generationQuery } from "./filter";
import type { Filter } from "./filter";

export interface Written {
  id: string;
  value: Value;
  by: Generation;
}

/** Pages are looked through until there is something to show: most that nodes make is no text. */
const LOOKS = 5;

export async function written(project: string, filter: Filter, cursor: string | null): Promise<Page<Written>> {
  let next = cursor;
  for (let look = 0; ; look++) {
    const page = await generations(project, generationQuery(filter, next));
    const items = page.items.flatMap(texts).filter((one) => holds(one, filter.text));
    next = page.next_cursor;
    if (items.length || next === null || look === LOOKS) return { items, next_cursor: next };
  }
}

export function texts(by: Generation): Written[] {
  const values = Object.entries(by.outputs).flatMap(([port, made]) => made.map((value, index) => ({ value, at: `${port}/${index}` })));
  return values
    .filter(({ value }) => value.type === "text" || value.type === "storyboard")
    .map(({ value, at }) => ({ id: `${by.id}/${at}`, value, by }));
}

/** Every word, in the text or in the prompt. */
export function holds({ value, by }: Written, asked: string): boolean {
  const scenes = value.scenes?.flatMap((scene) => [scene.title, scene.start]) ?? [];
  const there = [value.text, value.title, by.prompt_snapshot, ...scenes].join(" ").toLowerCase();
  return asked.toLowerCase().split(/\s+/).every((word) => there.includes(word));
}
