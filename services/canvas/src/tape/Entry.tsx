import type { GraphNode, NodeType } from "../graph/model";
import type { Generation } from "../io/generations";
import { ValueView } from "../nodes/ValueView";
import { price } from "../run/words";
import { fork } from "../runbar/commands";
import { useEditor } from "../store/editor";
import { serverNow } from "../store/live";
import { useNotices } from "../store/notices";
import { tried } from "../ui/failing";
import { clipped, when } from "../viewer/words";
import { isNow, restoring, wired } from "./restore";

interface Props {
  made: Generation;
  node: GraphNode;
  kind: NodeType | undefined;
  chosen: boolean;
  /** null: there is nothing of it to compare. */
  choose: (() => void) | null;
}

/** One result of a node, and what it was made with. */
export function Entry({ made, node, kind, chosen, choose }: Props) {
  const values = Object.values(made.outputs).flat();
  const { model, variation } = made.settings_snapshot;
  const now = kind !== undefined && isNow(node, made, kind);
  const at = when(made.created_at, serverNow());
  const facts = [
    typeof model === "string" && model,
    price(made.cost_computation.cost),
    made.seconds !== null && `${made.seconds.toFixed(1)} s`,
    typeof variation === "number" && variation > 0 && `variation ${variation}`,
    made.late && "came too late for its run",
  ];
  return (
    <li className="entry" data-now={now}>
      <div className={`made made-${Math.min(values.length, 4)}`}>
        {values.slice(0, 4).map((value, index) => <ValueView key={value.asset_id ?? index} value={value} prompt={made.prompt_snapshot} among={values} />)}
      </div>
      {made.prompt_snapshot && <p className="words" title={clipped(made.prompt_snapshot, 1000)}>{clipped(made.prompt_snapshot, 160)}</p>}
      <small>{[at, ...facts].filter(Boolean).join(" · ")}</small>
      <div className="entry-acts">
        <button onClick={() => kind && restore(node, made, kind)} disabled={!kind || now} aria-label={now ? undefined : `Restore the settings of ${at}`}>{now ? "As it is now" : "Restore"}</button>
        <button onClick={() => tried(fork(made.execution_id, node.id))} aria-label={`Fork the run of ${at}`} title="A new run from there: this node makes another variation, what came before it is taken over.">Fork</button>
        {choose && <label><input type="checkbox" checked={chosen} onChange={choose} aria-label={`Compare the result of ${at}`} />Compare</label>}
      </div>
    </li>
  );
}

function restore(node: GraphNode, made: Generation, kind: NodeType): void {
  const op = restoring(node, made, kind);
  if (!op) return;
  useEditor.getState().edit("Restore settings", [op]);
  const rest = wired(made) ? " The words that came over the wire stay as they are now." : "";
  useNotices.getState().say(`The settings are as they were.${rest}`);
}
