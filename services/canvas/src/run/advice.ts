/** What a person can do about a node that did not succeed. */
import type { NodeView, Trouble } from "./view";

/** `resume`: try again what failed. `vary`: make it otherwise. `settings`: of the node. `key`: of the provider. `settle`: say what became of it. */
export type Doing = "resume" | "settings" | "vary" | "key" | "settle" | "budget";

export interface Advice {
  /** What to do, in a sentence. */
  words: string;
  doings: readonly Doing[];
}

const ADVICE: Readonly<Record<string, Advice>> = {
  auth: { words: "The provider does not take the key. Give another one, then try again.", doings: ["key", "resume"] },
  billing: { words: "The provider wants to be paid. See to it there, or give another key, then try again.", doings: ["resume", "key"] },
  quota_exhausted: { words: "The key's quota is used up. Wait until it is renewed, give another key, or choose another model.", doings: ["settings", "key", "resume"] },
  not_configured: { words: "There is no key for this provider. Give one, or choose another model.", doings: ["key", "settings"] },
  content_policy: { words: "The provider would not make this. Say it otherwise, or try a variation.", doings: ["settings", "vary"] },
  invalid_request: { words: "The provider could not take these settings. Change them and run it again.", doings: ["settings"] },
  invalid_input: { words: "What came in cannot be used here. Change what is connected, or the settings.", doings: ["settings"] },
  unsupported: { words: "This model cannot do that. Choose another, or other settings.", doings: ["settings"] },
  model_not_found: { words: "There is no such model any more. Choose another.", doings: ["settings"] },
  model_retired: { words: "The model was retired. Choose the one that is named.", doings: ["settings"] },
  no_output: { words: "The provider answered without a result. A variation often helps.", doings: ["vary", "settings"] },
  budget_exceeded: { words: "It was stopped before it cost more. Fork the run with a larger budget, or choose a cheaper model.", doings: ["budget", "settings"] },
  in_doubt: { words: "It may have been made, and paid. Nothing is sent again until you say what became of it.", doings: ["settle"] },
};
/** The provider that is built in wants no key, but programs of this machine: espeak-ng, say. */
const HERE = "local";
const LACKING: Advice = { words: "Install it where the workers run, then try again; or choose another model.", doings: ["resume", "settings"] };
const TRANSIENT: Advice = { words: "This often passes by itself. Try again.", doings: ["resume"] };
const UNKNOWN: Advice = { words: "Try again; if it stays, change the settings.", doings: ["resume", "settings"] };
const PASSING = new Set(["rate_limited", "capacity", "transient", "provider_failed", "result_expired", "timed_out", "gave_up", "internal"]);

export function advice(error: Pick<Trouble, "kind"> & Partial<Trouble>, state: NodeView["state"]): Advice {
  if (state === "in_doubt") return ADVICE["in_doubt"] ?? UNKNOWN;
  if (error.kind === "in_doubt") return TRANSIENT; // it was settled as failed
  if (error.kind === "not_configured" && error.provider === HERE) return LACKING;
  return ADVICE[error.kind] ?? (PASSING.has(error.kind) ? TRANSIENT : UNKNOWN);
}

const MODEL = new Set(["model", "provider"]);
const FIELDS: Readonly<Record<string, string>> = { type_version: "how the node works", variation: "the variation", model: "the model", provider: "the provider", seed: "the seed" };

/** `params.prompt`, `inputs.image`, `model`: as a person calls it. */
export function fieldInWords(field: string): string {
  const [where, ...rest] = field.split(".");
  const name = rest.join(".").replaceAll("_", " ");
  if (where === "params") return MODEL.has(name) ? `the ${name}` : name === "prompt" || name === "text" ? `the ${name}` : `“${name}”`;
  if (where === "inputs") return `what comes into ${name}`;
  return FIELDS[field] ?? field.replaceAll("_", " ");
}

/** a, b and c. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
}
