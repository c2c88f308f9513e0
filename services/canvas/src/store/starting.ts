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
  /** By graph: what was said of its variables last. */
  variables: Readonly<Record<string, string>>;
  /** Nodes that the dialog for variables is about to run; none of them: all. Null: there is no dialog. */
  dialog: readonly string[] | null;
  /** What was refused, and why. */
  flaws: readonly Flaw[];
}

export const useStarting = create<Starting>(() => ({ asking: null, budget: "", variables: {}, dialog: null, flaws: [] }));
