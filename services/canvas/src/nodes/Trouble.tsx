/** What went wrong with a node, and what to do about it: on its card, and beside its settings. */
import { useState } from "react";
import { advice } from "../run/advice";
import type { Doing } from "../run/advice";
import { isOver } from "../run/fold";
import type { NodeView } from "../run/view";
import { regenerate, resume } from "../runbar/commands";
import { useEditor } from "../store/editor";
import { shown, useRunning } from "../store/running";
import { tried } from "../ui/failing";
import { KeyDialog } from "./KeyDialog";
import { nameOf } from "./names";
import { SettleDialog } from "./SettleDialog";

const LABELS: Record<Doing, string> = {
  resume: "Try again",
  settings: "Change settings",
  vary: "Try a variation",
  key: "Give a key …",
  settle: "Settle it …",
  budget: "Raise the budget",
};

export function Trouble({ node, run }: { node: string; run: NodeView }) {
  if (run.state === "skipped" && run.because) return <p className="aside">Skipped: {nameOf(run.because)} did not succeed.</p>;
  if (!run.error) return null;
  if (run.state === "failed" || run.state === "in_doubt") return <Failed node={node} state={run.state} error={run.error} />;
  return <p className="aside">{run.retryAt !== null && "It is tried again by itself. "}{run.error.message}</p>;
}

/** The same for whoever has only the node's id. */
export function TroubleOf({ node }: { node: string }) {
  const run = useRunning((state) => shown(state)?.nodes.get(node));
  return run ? <Trouble node={node} run={run} /> : null;
}

interface Failure {
  node: string;
  state: NodeView["state"];
  error: NonNullable<NodeView["error"]>;
}

function Failed({ node, state, error }: Failure) {
  const [dialog, setDialog] = useState<"key" | "settle" | null>(null);
  const run = useRunning((all) => all.chosen);
  const past = useRunning((all) => all.at !== null);
  const over = useRunning((all) => isOver(all.shown?.view.state ?? "running"));
  const { words, doings } = advice(error, state);
  const act = (doing: Doing) => {
    if (doing === "key" || doing === "settle") setDialog(doing);
    else if (run) tried(done(doing, run, node));
  };
  const close = () => setDialog(null);
  return (
    <div className="trouble nodrag" role="group" aria-label="What went wrong">
      <p className="why-not">{error.message}</p>
      {!past && <p className="what-now">{words}</p>}
      {!past && (
        <p className="doings">
          {doings.map((doing) => (
            <button key={doing} disabled={doing === "resume" && !over} title={doing === "resume" && !over ? "When the run is over" : undefined} onClick={() => act(doing)}>
              {LABELS[doing]}
            </button>
          ))}
        </p>
      )}
      {dialog === "key" && <KeyDialog provider={error.provider ?? null} close={close} then={() => (run && over ? resume(run) : Promise.resolve())} />}
      {dialog === "settle" && run && <SettleDialog run={run} node={node} error={error} close={close} />}
    </div>
  );
}

async function done(doing: Exclude<Doing, "key" | "settle">, run: string, node: string): Promise<void> {
  if (doing === "resume") await resume(run);
  else if (doing === "vary") await regenerate(node);
  else if (doing === "budget") focusSoon(".budget input");
  else {
    useEditor.getState().select(new Set([node]));
    focusSoon(".inspector textarea, .inspector input, .inspector select");
  }
}

function focusSoon(where: string): void {
  window.requestAnimationFrame(() => document.querySelector<HTMLElement>(where)?.focus());
}
