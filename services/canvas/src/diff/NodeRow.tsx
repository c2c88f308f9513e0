/** One node in two runs. */
import { ValueView } from "../nodes/ValueView";
import { fieldInWords } from "../run/advice";
import { useEditor } from "../store/editor";
import { account, setting, why } from "./telling";
import type { NodeDiff } from "./telling";

export function NodeRow({ node }: { node: NodeDiff }) {
  const title = useEditor((state) => state.catalogue.get(node.type)?.title ?? node.type);
  const outputs = Object.entries(node.outputs);
  const sent = node.prompt_sent.a !== node.prompt_sent.b ? [{ field: "prompt_sent", ...node.prompt_sent }] : [];
  const asked = node.changes.filter((one) => !one.field.startsWith("inputs."));
  const changes = [...asked, ...sent];
  return (
    <section className={`diff-node diff-${node.change}`}>
      <h3>{node.title ?? title} <small className="hint">{node.node_id}</small></h3>
      <p>{why(node)} {account(node).join(" ")}</p>
      {node.change === "changed" && changes.length > 0 && (
        <dl className="diff-fields">
          {changes.map((one) => (
            <div key={one.field}>
              <dt>{one.field === "prompt_sent" ? "as it was sent" : fieldInWords(one.field).replace(/^the /, "")}</dt>
              <dd>{setting(one.a)}</dd>
              <dd>{setting(one.b)}</dd>
            </div>
          ))}
        </dl>
      )}
      {outputs.filter(([, both]) => both.a.length + both.b.length > 0).map(([port, both]) => (
        <div key={port} className="diff-values" data-same={both.same}>
          <figure>
            {both.a.map((value, index) => <ValueView key={index} value={value} among={[...both.a, ...both.b]} />)}
            {!both.a.length && <p className="hint">Nothing.</p>}
          </figure>
          {both.same ? (
            <p className="hint">The same in the second.</p>
          ) : (
            <figure>
              {both.b.map((value, index) => <ValueView key={index} value={value} among={[...both.a, ...both.b]} />)}
              {!both.b.length && <p className="hint">Nothing.</p>}
            </figure>
          )}
        </div>
      ))}
    </section>
  );
}
