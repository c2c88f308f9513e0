import { elapsed, inWords } from "../run/words";
import type { NodeView } from "../run/fold";

/** A chip: how the node stands, in a word, with what it took and cost. */
export function State({ run }: { run: NodeView | undefined }) {
  if (!run) return null;
  return (
    <span className={`state state-${run.state}`} title={run.message || undefined}>
      {inWords(run)}
      <small>{elapsed(run)}</small>
    </span>
  );
}
