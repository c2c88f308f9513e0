/** The settings of a node, from the JSON Schema of its type and what its model allows. Pure. */
import type { components } from "../api/schema";
import { isRecord } from "../graph/notes";
import type { NodeType } from "../graph/model";

export type Model = components["schemas"]["Model"];
export type Kind = "words" | "text" | "choice" | "whole" | "number" | "switch" | "json" | "asset" | "character";
type Plain = string | number;

export interface Field {
  name: string;
  title: string;
  hint: string;
  kind: Kind;
  required: boolean;
  /** What it is when nothing is said; undefined: nothing. */
  fallback: unknown;
  /** Letters. */
  longest?: number;
  least?: number;
  most?: number;
  choices?: readonly Plain[];
  /** This model takes no notice of it. */
  ignored: boolean;
  /** With this model it is always that. */
  fixed?: Plain;
}

const OF_THE_MODEL = new Set(["provider", "model"]);
const OTHERWISE: Partial<Record<string, Kind>> = { asset_id: "asset", character_id: "character" };

/** Without provider and model, which are chosen together. */
export function fieldsOf(kind: NodeType, model: Model | null): Field[] {
  const properties = isRecord(kind.params["properties"]) ? kind.params["properties"] : {};
  const required = Array.isArray(kind.params["required"]) ? kind.params["required"] : [];
  return Object.entries(properties)
    .filter(([name, schema]) => !OF_THE_MODEL.has(name) && isRecord(schema))
    .map(([name, schema]) => limited(field(name, isRecord(schema) ? schema : {}, required.includes(name)), kind, model));
}

function field(name: string, schema: Record<string, unknown>, required: boolean): Field {
  const found: Field = {
    name,
    title: typeof schema["title"] === "string" ? schema["title"] : name,
    hint: typeof schema["description"] === "string" ? schema["description"] : "",
    kind: kindOf(name, schema),
    required,
    fallback: schema["default"],
    ignored: false,
  };
  if (typeof schema["maxLength"] === "number") found.longest = schema["maxLength"];
  if (typeof schema["minimum"] === "number") found.least = schema["minimum"];
  if (typeof schema["maximum"] === "number") found.most = schema["maximum"];
  if (Array.isArray(schema["enum"])) found.choices = schema["enum"].filter(isPlain);
  return found;
}

function kindOf(name: string, schema: Record<string, unknown>): Kind {
  const special = OTHERWISE[name];
  if (special) return special;
  if (Array.isArray(schema["enum"])) return "choice";
  switch (schema["type"]) {
    case "boolean":
      return "switch";
    case "integer":
      return "whole";
    case "number":
      return "number";
    case "string":
      return schema["format"] === "multiline" ? "words" : "text";
    default:
      return "json";
  }
}

function isPlain(value: unknown): value is Plain {
  return typeof value === "string" || typeof value === "number";
}

function limited(plain: Field, kind: NodeType, model: Model | null): Field {
  if (!model) return plain;
  const found = { ...plain, ignored: model.ignores?.includes(plain.name) ?? false };
  const limit = model.limits?.[plain.name];
  if (limit?.choices?.length) {
    found.kind = "choice";
    found.choices = limit.choices;
  }
  if (typeof limit?.minimum === "number") found.least = Math.max(limit.minimum, plain.least ?? limit.minimum);
  if (typeof limit?.maximum === "number") found.most = Math.min(limit.maximum, plain.most ?? limit.maximum);
  if (plain.name === "prompt" && model.max_prompt_chars) found.longest = Math.min(model.max_prompt_chars, plain.longest ?? model.max_prompt_chars);
  const fixed = model.fixed?.[kind.name]?.[plain.name];
  if (fixed !== undefined) found.fixed = fixed;
  return found;
}

/** A value that can be sent (null: nothing is said), or why there is none. */
export type Read = { value: unknown } | { why: string };

/** What somebody wrote into a field. */
export function read(field: Field, text: string): Read {
  if (!text.trim() && field.kind !== "words" && field.kind !== "text") return field.required ? { why: "This is needed." } : { value: null };
  switch (field.kind) {
    case "whole":
    case "number":
      return checked(field, Number(text.trim().replace(",", ".")));
    case "switch":
      return { value: text === "true" };
    case "choice": {
      const value = field.choices?.find((one) => String(one) === text);
      return value === undefined ? { why: `One of ${field.choices?.join(", ") ?? ""}.` } : { value };
    }
    case "json":
      return json(text);
    default:
      if (!text.trim() && field.required) return { why: "This is needed. What was there is kept until there is something else." };
      return text ? checked(field, text) : { value: null };
  }
}

/** Whether a value fits. */
export function checked(field: Field, value: unknown): Read {
  if (field.choices && !field.choices.some((one) => one === value)) return { why: `${shown(value)} is not possible here: one of ${field.choices.join(", ")}.` };
  if (typeof value === "string" && field.longest !== undefined && length(value) > field.longest)
    return { why: `At most ${count(field.longest)} characters; these are ${count(length(value))}. It is not saved yet.` };
  if (field.kind === "whole" || field.kind === "number") return number(field, value);
  return { value };
}

function number(field: Field, value: unknown): Read {
  if (typeof value !== "number" || !Number.isFinite(value)) return { why: "This is no number." };
  if (field.kind === "whole" && !Number.isInteger(value)) return { why: "A whole number." };
  const low = field.least !== undefined && value < field.least;
  const high = field.most !== undefined && value > field.most;
  return low || high ? { why: range(field) } : { value };
}

/** "From 1 to 8." */
export function range({ least, most }: Field): string {
  if (least !== undefined && most !== undefined) return `From ${count(least)} to ${count(most)}.`;
  if (least !== undefined) return `At least ${count(least)}.`;
  return most === undefined ? "" : `At most ${count(most)}.`;
}

function json(text: string): Read {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { why: `This is no JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** As the server counts: an emoji is one. */
function length(text: string): number {
  return Array.from(text).length;
}

function count(value: number): string {
  return value.toLocaleString("en");
}

/** As it is written into a field. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  return typeof value === "object" ? JSON.stringify(value, null, 2) : JSON.stringify(value);
}

/** Settings that the type does not have (any more). */
export function unknownOf(kind: NodeType, params: Readonly<Record<string, unknown>>): string[] {
  const properties = isRecord(kind.params["properties"]) ? kind.params["properties"] : {};
  return Object.keys(params).filter((name) => !(name in properties));
}
