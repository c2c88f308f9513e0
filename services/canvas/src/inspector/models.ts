/** Which models can do what a node does, and what choosing one changes. Pure. */
import type { NodeType } from "../graph/model";
import { price } from "../run/words";
import { checked, fieldsOf } from "./fields";
import type { Model } from "./fields";

type Params = Readonly<Record<string, unknown>>;

export interface Offered {
  provider: string;
  models: readonly Model[];
}

/** By provider; without what is retired. */
export function offered(kind: NodeType): Offered[] {
  const found = new Map<string, Model[]>();
  for (const model of kind.models) if (model.status !== "retired") found.set(model.provider, [...(found.get(model.provider) ?? []), model]);
  return [...found].map(([provider, models]) => ({ provider, models }));
}

export function modelOf(kind: NodeType, params: Params): Model | null {
  const { provider, model } = params;
  return kind.models.find((one) => one.id === model && (provider === undefined || one.provider === provider)) ?? null;
}

/** Whether this installation, or this user, has what it takes to ask it. */
export function isEnabled(model: Model): boolean {
  return !("enabled" in model) || model.enabled !== false;
}

export function described(model: Model, operation: string): string {
  const estimate = model.estimates?.[operation];
  const about = [estimate === undefined ? "" : price(estimate), model.status === "active" ? "" : model.status].filter(Boolean);
  return about.length ? `${model.title} (${about.join(", ")})` : model.title;
}

/** The settings after choosing a model: those that it does not take as they are go back to its own; with their names. */
export function choosing(kind: NodeType, params: Params, provider: string | null, id: string | null): { params: Record<string, unknown>; reset: string[] } {
  const model = kind.models.find((one) => one.provider === provider && one.id === id) ?? null;
  const reset = fieldsOf(kind, model)
    .filter((field) => params[field.name] !== undefined && field.name !== "prompt")
    .filter((field) => field.fixed !== undefined || "why" in checked(field, params[field.name]));
  return {
    params: { provider, model: id, ...Object.fromEntries(reset.map((field) => [field.name, null])) },
    reset: reset.map((field) => field.title),
  };
}

/** Why the chosen model is none to go on with. */
export function flawOf(kind: NodeType, params: Params): { why: string; instead: Model | null } | null {
  const { provider, model: id } = params;
  if (typeof id !== "string" || !id) return null;
  const model = modelOf(kind, params);
  if (!model) return { why: `${id} is no model that ${kind.title} knows${typeof provider === "string" ? ` at ${provider}` : ""}.`, instead: null };
  if (model.status !== "retired") return null;
  const instead = kind.models.find((one) => one.id === model.replaced_by) ?? null;
  return { why: `${model.title} is retired${instead ? `; ${instead.title} takes its place` : ""}.`, instead };
}
