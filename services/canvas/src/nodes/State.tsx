import type { MouseEvent } from "react";
import { countdown, elapsed, inWords, price } from "../run/words";
import type { NodeView } from "../run/view";
import { instant, useRunning } from "../store/running";
import { askWhy } from "../store/why";
import { useTicking } from "../time/ticking";

/** A chip: how the node stands, in a word, with what it took and cost; a press says why. */
export function State({ run, node, name }: { run: NodeView | undefined; node: string; name: string }) {
  const going = run?.state === "running" || (run?.state === "waiting" && run.retryAt !== null);
  const moment = useRunning((state) => (going ? instant(state) : null)); // else no other moment is any news
  const took = useTicking(going && moment === null, (now) => (run ? told(run, moment ?? now) : ""));
  if (!run) return null;
  const words = inWords(run);
  const cost = run.cost > 0 ? price(run.cost) : "";
  const ask = (event: MouseEvent<HTMLButtonElement>) => {
    event.stopPropagation();
    askWhy(node, event.currentTarget.getBoundingClientRect());
  };
  return (
    <button
      className={`state state-${run.state} nodrag`}
      onClick={ask}
      title={run.message || "Why?"}
    >
      <span className="unseen">{name}: </span>
      {words}
      {took && <small> {took}</small>}
      {cost && <small> {cost}</small>}
      <span className="unseen">. Why?</span>
    </button>
  );
}

function told(run: NodeView, now: number): string {
  if (run.state === "waiting" && run.retryAt !== null) return countdown(run.retryAt, now);
  return run.state === "skipped" ? "" : elapsed(run, now);
}
