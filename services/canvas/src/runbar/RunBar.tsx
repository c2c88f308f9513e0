/** Run it, stop it, what it may cost, and how it goes. */
import { useEffect } from "react";
import { variablesOf } from "../run/ready";
import { amount, elapsed, price, prices, runInWords } from "../run/words";
import { isOver } from "../run/fold";
import { useLive } from "../store/live";
import type { Link } from "../io/stream";
import { useEditor } from "../store/editor";
import { useRunning } from "../store/running";
import { useStarting } from "../store/starting";
import { useTicking } from "../time/ticking";
import { tried } from "../ui/failing";
import { cancel, run, runNode } from "./commands";
import { useEstimate } from "./estimate";
import { Flaws } from "./Flaws";
import { VariablesDialog } from "./VariablesDialog";

const LINKS: Partial<Record<Link, string>> = {
  away: "Connecting again …",
  busy: "Too many pages of this server are open: close one.",
  refused: "This project cannot be followed any more.",
};

export function RunBar() {
  const link = useLive((state) => LINKS[state.link]);
  const dialog = useStarting((state) => state.dialog);
  useRunKeys();
  return (
    <div className="run-bar">
      <span className="spring" />
      <span className="link" role="status">{link}</span>
      <Now />
      <Variables />
      <Budget />
      <RunButton />
      <Flaws />
      {dialog && <VariablesDialog outputs={dialog} />}
    </div>
  );
}

/** How the run that is shown stands. */
function Now() {
  const id = useRunning((state) => state.chosen);
  const head = useRunning((state) => state.runs.find((one) => one.id === state.chosen));
  const state = useRunning((state) => (state.shown && state.shown.id === state.chosen ? state.shown.view.state : undefined)) ?? head?.state;
  const cost = useRunning((state) => state.shown?.view.cost ?? 0);
  const began = head?.createdAt ?? null;
  const going = state !== undefined && !isOver(state);
  const took = useTicking(going, (now) => elapsed({ since: began, until: head?.completedAt ?? null }, now));
  if (!id || !state) return null;
  return (
    <>
      <span className={`state state-${state}`} role="status">{runInWords(state)}</span>
      <span className="took">{took}{cost > 0 && ` · ${price(cost)}`}</span>
      {going && <button onClick={() => tried(cancel(id))}>Cancel</button>}
    </>
  );
}

/** Once they have been said, a run begins at once: here they are said anew. */
function Variables() {
  const some = useEditor((state) => state.drawing !== null && variablesOf(state.drawing, new Set(state.drawing.nodes.keys())).length > 0);
  return some ? <button className="quiet" title="Run with other values of the variables" onClick={() => tried(run([], true))}>Variables …</button> : null;
}

function Budget() {
  const budget = useStarting((state) => state.budget);
  const estimate = useEstimate();
  const paid = (estimate?.high ?? 0) > 0;
  if (!paid && budget === "") return null;
  const wrong = budget.trim() !== "" && amount(budget) === null;
  return (
    <label className="budget">
      At most
      <input
        inputMode="decimal"
        value={budget}
        placeholder="any"
        aria-invalid={wrong}
        title="No more than so many credits are spent on a run: what would exceed it is not begun."
        onChange={(event) => useStarting.setState({ budget: event.target.value })}
      />
      cr
    </label>
  );
}

function RunButton() {
  const asking = useStarting((state) => state.asking);
  const wrong = useStarting((state) => state.budget.trim() !== "" && amount(state.budget) === null);
  const estimate = useEstimate();
  const words = asking === "saving" ? "Saving …" : asking ? "Starting …" : "Run";
  const cost = estimate && prices(estimate.low, estimate.high);
  return (
    <button className="primary run" disabled={asking !== null || wrong} title={`Run all (Ctrl+Enter)${cost ? `: ${cost}` : ""}`} onClick={() => tried(run())}>
      {words}
      {cost && <small aria-hidden>{cost}</small>}
    </button>
  );
}

/** Ctrl+Enter runs all; with Shift, to the chosen node. Also while one types. */
function useRunKeys(): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.altKey || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      event.stopPropagation(); // Enter alone means something to ports and nodes
      const { selected, drawing } = useEditor.getState();
      const nodes = [...selected].filter((id) => drawing?.nodes.has(id));
      const [first] = nodes;
      if (!event.shiftKey) tried(run());
      else if (nodes.length === 1 && first) tried(runNode(first));
      else if (nodes.length) tried(run(nodes));
      else useStarting.setState({ flaws: [{ node: null, message: "Choose the node that it is to be run to." }] });
    };
    window.addEventListener("keydown", pressed, true);
    return () => window.removeEventListener("keydown", pressed, true);
  }, []);
}
