import type { GraphNode, NodeType, Value } from "../graph/model";
import type { NodeView } from "../run/view";
import { useRunning } from "../store/running";
import { Trouble } from "./Trouble";
import { ValueView } from "./ValueView";

const SHOWN = 4;
const NOTHING: Readonly<Record<string, readonly Value[]>> = {};

/** What a node made, else what it will make it from. */
export function Body({ node, kind, run }: { node: GraphNode; kind: NodeType | undefined; run: NodeView | undefined }) {
  const past = useRunning((state) => state.at !== null);
  const before = past ? NOTHING : (node.last?.outputs ?? NOTHING);
  const mine = Object.values(run?.outputs ?? NOTHING).flat();
  const made = mine.length ? mine : Object.values(before).flat();
  const words = said(node);
  const old = mine.length === 0 && run !== undefined;
  return (
    <div className="body">
      {words && <p className="words">{words}</p>}
      {run && <Trouble node={node.id} run={run} />}
      {kind?.name !== "text" && made.length > 0 && <Made values={made} old={old} prompt={words || null} />}
    </div>
  );
}

function said(node: GraphNode): string {
  const text = node.params["text"] ?? node.params["prompt"] ?? "";
  return typeof text === "string" ? text : "";
}

function Made({ values, old, prompt }: { values: readonly Value[]; old: boolean; prompt: string | null }) {
  return (
    <div className={`made made-${Math.min(values.length, SHOWN)} nodrag`} data-old={old}>
      {values.slice(0, SHOWN).map((value, index) => (
        <ValueView key={value.asset_id ?? index} value={value} prompt={prompt} among={values} />
      ))}
      {values.length > SHOWN && <span className="more">+{values.length - SHOWN}</span>}
      {old && <small className="hint">from the run before</small>}
    </div>
  );
}
