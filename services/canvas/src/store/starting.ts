/** What a run is asked for before it begins, and why it did not. */
import { create } from "zustand";

export interface Flaw {
  message: string;
  /** The node that it is about. */
  node: string | null;
}
interface Starting {
  /** What is being asked for, if anything. */
  asking: "run" | "saving" | null;
  /** What was typed; micro-credits when it is read. */
  budget: string;
  /** What was said of the graph's variables last. */
  variables: Readonly<Record<string, string>>;
  /** Nodes that the dialog for variables is about to run; none of them: all. Null: there is no dialog. */
  dialog: readonly string[] | null;
  /** What was refused, and why. */
  flaws: readonly Flaw[];
}

const BLANK: Starting = { asking: null, budget: "", variables: {}, dialog: null, flaws: [] };

export const useStarting = create<Starting>(() => BLANK);

const place = (graph: string) => `groove.variables.${graph}`;

/** A graph is opened: its variables are as they were said last. */
export function beginWith(graph: string): void {
  useStarting.setState({ ...BLANK, variables: texts(localStorage.getItem(place(graph))) });
}

export function say(graph: string, variables: Readonly<Record<string, string>>): void {
  const all = { ...useStarting.getState().variables, ...variables };
  localStorage.setItem(place(graph), JSON.stringify(all));
  useStarting.setState({ variables: all });
}

function texts(stored: string | null): Readonly<Record<string, string>> {
  try {
    const raw: unknown = JSON.parse(stored ?? "{}");
    if (typeof raw !== "object" || raw === null) return {};
    return Object.fromEntries(Object.entries(raw).filter((one): one is [string, string] => typeof one[1] === "string"));
  } catch {
    return {};
  }
}
