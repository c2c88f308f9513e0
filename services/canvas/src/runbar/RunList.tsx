/** All runs of the graph: which one is shown, how each stands, and what can be done with it. */
import { useState } from "react";
import { go } from "../route";
import type { Head } from "../run/heads";
import { isOver } from "../run/fold";
import { day, elapsed, price, runInWords } from "../run/words";
import { serverNow } from "../store/live";
import { useRunning } from "../store/running";
import { useTicking } from "../time/ticking";
import { tried } from "../ui/failing";
import { cancel, fork, resume } from "./commands";

export function RunList({ graph }: { graph: string }) {
  const runs = useRunning((state) => state.runs);
  const older = useRunning((state) => state.older);
  const chosen = useRunning((state) => state.chosen);
  const going = runs.some((one) => !isOver(one.state)); // what goes on is shown
  const [picked, setPicked] = useState<readonly string[]>([]);
  const pick = (id: string, on: boolean) => setPicked(on ? [...picked, id].slice(-2) : picked.filter((one) => one !== id));
  const [b, a] = runs.filter((one) => picked.includes(one.id)).map((one) => one.id);
  return (
    <section className="run-list" aria-label="Runs of this graph">
      <div className="head">
        <button disabled={!a || !b} onClick={() => a && b && go({ page: "diff", a, b })}>Compare</button>
        <span className="hint">{a && b ? "The older one with the newer." : "Tick two runs to compare them."}</span>
        <span className="spring" />
        {chosen && !going && <button className="quiet" onClick={() => go({ page: "graph", graph, run: null })}>Show none</button>}
      </div>
      {runs.length === 0 && <p className="hint">It has not been run yet.</p>}
      <ul>
        {runs.map((one) => (
          <Row key={one.id} graph={graph} head={one} shown={one.id === chosen} picked={picked.includes(one.id)} pick={(on) => pick(one.id, on)} />
        ))}
      </ul>
      {older !== null && <button className="quiet" onClick={() => tried(useRunning.getState().more())}>Older runs</button>}
    </section>
  );
}

interface Props {
  graph: string;
  head: Head;
  shown: boolean;
  picked: boolean;
  pick: (on: boolean) => void;
}

function Row({ graph, head, shown, picked, pick }: Props) {
  const when = day(head.createdAt, serverNow());
  return (
    <li data-shown={shown}>
      <input type="checkbox" checked={picked} aria-label={`Compare the run of ${when}`} onChange={(event) => pick(event.target.checked)} />
      <button className="quiet when" aria-pressed={shown} onClick={() => go({ page: "graph", graph, run: head.id })}>{when}</button>
      <span className={`state state-${head.state}`}>{runInWords(head.state)}</span>
      <Account head={head} />
      <span className="spring" />
      <Doings head={head} />
    </li>
  );
}

function Account({ head }: { head: Head }) {
  const going = !isOver(head.state);
  const took = useTicking(going, (now) => elapsed({ since: head.createdAt, until: head.completedAt }, now));
  const words = [
    going ? `${head.done} of ${head.nodes} nodes` : "",
    took,
    head.cost ? price(head.cost) : "",
    head.forkedFrom ? "forked" : "",
    head.version === null ? "" : `version ${head.version}`,
  ];
  return (
    <span className="hint account" title={head.error ?? undefined}>
      {words.filter(Boolean).join(" · ")}
      {head.error && ` · ${head.error}`}
    </span>
  );
}

function Doings({ head }: { head: Head }) {
  if (!isOver(head.state)) return <button onClick={() => tried(cancel(head.id))}>Cancel</button>;
  return (
    <>
      {head.state !== "completed" && (
        <button title="Run again what failed, was cancelled or skipped" onClick={() => tried(resume(head.id))}>Resume</button>
      )}
      <button title="A new run from this one: what you have not changed since is taken over" onClick={() => tried(fork(head.id))}>Fork</button>
    </>
  );
}
