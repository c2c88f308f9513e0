/** Two runs, side by side: what was asked otherwise, what came of it, what it cost and how long it took. */
import { useEffect, useState } from "react";
import { Refused } from "../api/client";
import * as io from "../io/runs";
import type { Diff } from "../io/runs";
import { address } from "../route";
import { fieldInWords } from "../run/advice";
import { day, duration, price, runInWords } from "../run/words";
import { moment } from "../run/view";
import { useEditor } from "../store/editor";
import { serverNow } from "../store/live";
import { TopBar } from "../ui/TopBar";
import { NodeRow } from "./NodeRow";
import { nodeNamed, setting, summary } from "./telling";
import type { ComparedRun } from "./telling";

export function DiffPage({ a, b }: { a: string; b: string }) {
  return <Compared key={`${a} ${b}`} a={a} b={b} />;
}

function Compared({ a, b }: { a: string; b: string }) {
  const { diff, refusal } = useDiff(a, b);
  const [all, setAll] = useState(false);
  const project = useProject(a);
  return (
    <>
      <TopBar project={project} title={<span>Two runs compared</span>} />
      <main className="diff">
        <h1 className="unseen">Two runs compared</h1>
        {refusal && <p className="trouble" role="alert">{refusal}</p>}
        {!diff && !refusal && <p role="status">Comparing …</p>}
        {diff && (
          <>
            <header className="diff-runs">
              <RunHead run={diff.a} name="First" />
              <RunHead run={diff.b} name="Second" />
            </header>
            <ul className="diff-summary">{summary(diff).map((line) => <li key={line}>{line}</li>)}</ul>
            <Variables diff={diff} />
            <Drawing diff={diff} />
            <Nodes diff={diff} all={all} />
            {diff.totals.nodes.same > 0 && (
              <label className="hint"><input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} /> Show what is the same, too</label>
            )}
          </>
        )}
      </main>
    </>
  );
}

function useDiff(a: string, b: string) {
  const [diff, setDiff] = useState<Diff | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => {
    let there = true;
    io.compared(a, b).then(
      (found) => there && setDiff(found),
      (error: unknown) => there && setRefusal(error instanceof Refused && error.status === 404 ? "One of these runs is not there, or not yours." : error instanceof Error ? error.message : String(error)),
    );
    return () => {
      there = false;
    };
  }, [a, b]);
  return { diff, refusal };
}

/** Whose runs these are, for the way back. */
function useProject(run: string): string | null {
  const [project, setProject] = useState<string | null>(null);
  useEffect(() => {
    io.execution(run).then((found) => setProject(found.project_id), () => setProject(null));
  }, [run]);
  return project;
}

function RunHead({ run, name }: { run: ComparedRun; name: string }) {
  const when = day(moment(run.created_at) ?? 0, serverNow());
  return (
    <div>
      <h2>
        {name}: {run.graph_id ? <a href={address({ page: "graph", graph: run.graph_id, run: run.id })}>{run.graph_name || "a graph"}, {when}</a> : when}
      </h2>
      <p className="hint">
        <span className={`state state-${run.state}`}>{runInWords(run.state)}</span> {run.seconds !== null && duration(run.seconds * 1000)} · {price(run.cost)}
        {run.graph_version !== null && ` · version ${run.graph_version}`}
        {run.forked_from && " · forked"}
      </p>
    </div>
  );
}

function Variables({ diff }: { diff: Diff }) {
  if (!diff.variables.length) return null;
  return (
    <section className="diff-node">
      <h3>Variables</h3>
      <dl className="diff-fields">
        {diff.variables.map((one) => (
          <div key={one.field}>
            <dt>{one.field.replace(/^variables\./, "")}</dt>
            <dd>{setting(one.a)}</dd>
            <dd>{setting(one.b)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Wires that were drawn otherwise. Nodes tell for themselves. */
function Drawing({ diff }: { diff: Diff }) {
  const { added, removed, changed } = diff.graph.edges;
  const catalogue = useEditor((state) => state.catalogue);
  const named = (id: string) => nodeNamed(id, diff.nodes, catalogue);
  const told = (one: (typeof added)[number]) => `${named(one.source_node_id)}, ${one.source_port}, to ${named(one.target_node_id)}, ${one.target_port}`;
  if (!added.length && !removed.length && !changed.length) return null;
  return (
    <section className="diff-node">
      <h3>Wires</h3>
      <ul>
        {removed.map((one, index) => <li key={index}>Gone: {told(one)}</li>)}
        {added.map((one, index) => <li key={index}>New: {told(one)}</li>)}
        {changed.map((one, index) => <li key={index}>In another order: {fieldInWords(`inputs.${one.target_port}`)} of {named(one.target_node_id)}</li>)}
      </ul>
    </section>
  );
}

function Nodes({ diff, all }: { diff: Diff; all: boolean }) {
  const nodes = all ? diff.nodes : diff.nodes.filter((one) => one.change !== "same");
  return <>{nodes.map((one) => <NodeRow key={one.node_id} node={one} />)}</>;
}
