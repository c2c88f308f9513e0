/** The difference of two runs in sentences. */
import type { Catalogue } from "../graph/model";
import type { Diff } from "../io/runs";
import { fieldInWords, listed } from "../run/advice";
import { duration, price } from "../run/words";

export type NodeDiff = Diff["nodes"][number];
export type ComparedRun = Diff["a"];

/** What there is to say first. */
export function summary({ identical, totals, a, b }: Diff): string[] {
  if (identical) return ["Nothing that was drawn, asked or made differs."];
  const { nodes, outputs, cost, seconds } = totals;
  const parts = [counted(nodes.changed, "node", "changed"), counted(nodes.added, "node", "added"), counted(nodes.removed, "node", "removed")];
  const lines = [listed(parts.filter(Boolean)) || "The nodes are the same"];
  lines.push(outputs.different ? `${outputs.different} of ${outputs.different + outputs.same} results differ` : "All results are the same");
  if (cost.difference) lines.push(`The second cost ${price(Math.abs(cost.difference))} ${cost.difference > 0 ? "more" : "less"} (${price(cost.a)}, then ${price(cost.b)})`);
  else lines.push(`Both cost ${cost.a ? price(cost.a) : "nothing"}`);
  if (seconds.difference !== null && Math.abs(seconds.difference) >= 0.05)
    lines.push(`It was ${duration(Math.abs(seconds.difference) * 1000)} ${seconds.difference > 0 ? "slower" : "faster"}`);
  if (a.graph_id !== b.graph_id) lines.push("They are runs of two graphs");
  return lines.map((line) => `${line}.`);
}

function counted(count: number, what: string, how: string): string {
  return count ? `${count} ${what}${count === 1 ? "" : "s"} ${how}` : "";
}

const STATES: Readonly<Record<string, string>> = {
  completed: "made",
  cached: "taken from the cache",
  inherited: "taken over",
  failed: "failed",
  in_doubt: "in doubt",
  cancelled: "cancelled",
  skipped: "skipped",
  waiting: "not begun",
  queued: "not begun",
  running: "not done",
  idle: "not begun",
};

/** Of one node: state, cost and time, where they differ. */
export function account(node: NodeDiff): string[] {
  const { state, cost, seconds, model, provider } = node;
  const lines: string[] = [];
  if (state.a !== state.b && state.a && state.b) lines.push(`First ${STATES[state.a] ?? state.a}, then ${STATES[state.b] ?? state.b}.`);
  if (model.a !== model.b && model.a && model.b) lines.push(`First by ${provider.a ?? ""} ${model.a}, then by ${provider.b ?? ""} ${model.b}.`);
  if ((cost.a ?? 0) !== (cost.b ?? 0)) lines.push(`It cost ${price(cost.a ?? 0)}, then ${price(cost.b ?? 0)}.`);
  if (seconds.a !== null && seconds.b !== null && Math.abs(seconds.a - seconds.b) >= 0.1)
    lines.push(`It took ${duration(seconds.a * 1000)}, then ${duration(seconds.b * 1000)}.`);
  return lines;
}

/** A node as the person knows it: by its title, else by its type. One that was never in either run has only its id. */
export function nodeNamed(id: string, nodes: readonly NodeDiff[], catalogue: Catalogue): string {
  const node = nodes.find((one) => one.node_id === id);
  return node ? node.title ?? catalogue.get(node.type)?.title ?? node.type : id;
}

/** Why it is counted as changed. */
export function why(node: NodeDiff): string {
  if (node.change === "added") return "Only in the second.";
  if (node.change === "removed") return "Only in the first.";
  if (node.change === "same") return "The same.";
  const words = node.different.map((field) => (field === "outputs" ? "what came of it" : field === "prompt_sent" ? "the prompt as it was sent" : fieldInWords(field)));
  return `Different: ${listed([...new Set(words)])}.`;
}

/** Anything that a setting may be. */
export function setting(value: unknown): string {
  if (value === null || value === undefined || value === "") return "nothing";
  if (typeof value === "string") return value;
  return JSON.stringify(value);
}
