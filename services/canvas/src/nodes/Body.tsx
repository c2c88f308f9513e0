import type { GraphNode, NodeType, Value } from "../graph/model";
import type { NodeView } from "../run/fold";
import { ValueView } from "./ValueView";

const SHOWN = 4;

/** What a node made, else what it will make it from. */
export function Body({ node, kind, run }: { node: GraphNode; kind: NodeType | undefined; run: NodeView | undefined }) {
  const made = Object.values(run?.outputs ?? node.last?.outputs ?? {}).flat();
  const words = said(node);
  return (
    <div className="body">
      {words && <p className="words">{words}</p>}
      {run?.error && (
        <p className="trouble" role="alert">
          {run.error.message}
        </p>
      )}
      {run?.state === "skipped" && run.because && <p className="trouble">Skipped because {run.because} did not succeed.</p>}
      {kind?.name !== "text" && made.length > 0 && <Made values={made} />}
    </div>
  );
}

function said(node: GraphNode): string {
  const text = node.params["text"] ?? node.params["prompt"] ?? "";
  return typeof text === "string" ? text : "";
}

function Made({ values }: { values: readonly Value[] }) {
  return (
    <div className={`made made-${Math.min(values.length, SHOWN)}`}>
      {values.slice(0, SHOWN).map((value, index) => (
        <ValueView key={value.asset_id ?? index} value={value} />
      ))}
      {values.length > SHOWN && <span className="more">+{values.length - SHOWN}</span>}
    </div>
  );
}
