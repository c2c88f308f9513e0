/** What the gallery shows of all that there is. */
import type { AssetQuery } from "../io/assets";
import type { GenerationQuery } from "../io/generations";

export const SHELVES = ["all", "image", "video", "audio", "text", "character"] as const;
export type Shelf = (typeof SHELVES)[number];

export interface Filter {
  shelf: Shelf;
  text: string;
  tag: string;
  model: string;
  source: "" | "upload" | "generated";
  /** Days, as `<input type="date">` has them: both included. */
  after: string;
  before: string;
  deleted: boolean;
}

export const EVERYTHING: Filter = {
  shelf: "all",
  text: "",
  tag: "",
  model: "",
  source: "",
  after: "",
  before: "",
  deleted: false,
};
const PAGE = 40;

/** Whether anything is left out, besides by the shelf. */
export function narrowed(filter: Filter): boolean {
  return JSON.stringify({ ...filter, shelf: "all" }) !== JSON.stringify(EVERYTHING);
}

export function assetQuery(filter: Filter, project: string, cursor: string | null): AssetQuery {
  const { shelf, text, tag, model, source, deleted } = filter;
  const query: AssetQuery = { project_id: project, limit: PAGE };
  if (shelf === "image" || shelf === "video" || shelf === "audio") query.type = shelf;
  if (text.trim()) query.text = text.trim().slice(0, 200);
  if (tag.trim()) query.tag = tag.trim().slice(0, 50);
  if (model.trim()) query.model = model.trim().slice(0, 128);
  if (source) query.source = source;
  if (deleted) query.state = "deleted";
  const { from, to } = span(filter);
  if (from) query.created_after = from;
  if (to) query.created_before = to;
  return cursor === null ? query : { ...query, cursor };
}

export function generationQuery(filter: Filter, cursor: string | null): GenerationQuery {
  const query: GenerationQuery = { limit: 100 };
  if (filter.model.trim()) query.model = filter.model.trim().slice(0, 128);
  const { from, to } = span(filter);
  if (from) query.from = from;
  if (to) query.to = to;
  return cursor === null ? query : { ...query, cursor };
}

/** Days of the reader, as moments: up to the end of the last one. */
function span({ after, before }: Pick<Filter, "after" | "before">): { from: string | null; to: string | null } {
  return { from: moment(after, 0), to: moment(before, 1) };
}

function moment(day: string, days: number): string | null {
  const [year, month, date] = day.split("-").map(Number);
  if (!year || !month || !date) return null;
  const then = new Date(year, month - 1, date + days);
  return Number.isNaN(then.getTime()) ? null : then.toISOString();
}

/** The newest in front, nothing twice: what was there is told anew. */
export function merged<T extends { id: string }>(there: readonly T[], fresh: readonly T[]): readonly T[] {
  const known = new Set(there.map((one) => one.id));
  const told = new Map(fresh.map((one) => [one.id, one]));
  return [...fresh.filter((one) => !known.has(one.id)), ...there.map((one) => told.get(one.id) ?? one)];
}
