import type { GraphNode, NodeType } from "../graph/model";
import { useEditor } from "../store/editor";
import { useNotices } from "../store/notices";
import { choosing, described, flawOf, isEnabled, modelOf, offered } from "./models";

/** Who makes it: provider and model in one. What the choice does not allow goes back to its own. */
export function ModelRow({ node, kind }: { node: GraphNode; kind: NodeType }) {
  const provider = typeof node.params["provider"] === "string" ? node.params["provider"] : "";
  const id = typeof node.params["model"] === "string" ? node.params["model"] : "";
  const all = offered(kind);
  const flaw = flawOf(kind, node.params);
  const chosen = modelOf(kind, node.params);
  const value = !provider && !id ? "" : `${chosen?.provider ?? provider}/${id}`;
  const known = value === "" || all.some((one) => value === `${one.provider}/` || one.models.some((model) => value === `${one.provider}/${model.id}`));
  if (!kind.models.length) return null;
  return (
    <div className="field">
      <label htmlFor="field-model">Model</label>
      <select id="field-model" value={value} aria-invalid={flaw !== null} onChange={(event) => choose(node, kind, event.target.value)}>
        <option value="">Chosen when the run starts</option>
        {!known && <option value={value}>{id || provider}</option>}
        {all.map(({ provider: name, models }) => (
          <optgroup key={name} label={models.some(isEnabled) ? name : `${name} (not set up on this server)`}>
            <option value={`${name}/`} disabled={!models.some(isEnabled) && value !== `${name}/`}>{name}: its own choice</option>
            {models.map((model) => (
              <option key={model.id} value={`${name}/${model.id}`} disabled={!isEnabled(model) && `${name}/${model.id}` !== value}>{described(model, kind.name)}</option>
            ))}
          </optgroup>
        ))}
      </select>
      {flaw && (
        <p className="trouble">
          {flaw.why}{" "}
          {flaw.instead && <button onClick={() => flaw.instead && choose(node, kind, `${flaw.instead.provider}/${flaw.instead.id}`)}>Take {flaw.instead.title}</button>}
        </p>
      )}
    </div>
  );
}

function choose(node: GraphNode, kind: NodeType, value: string): void {
  const at = value.indexOf("/");
  const provider = at > 0 ? value.slice(0, at) : null;
  const { params, reset } = choosing(kind, node.params, provider, value.slice(at + 1) || null);
  useEditor.getState().edit("Change the model", [{ op: "change_node", node_id: node.id, params }]);
  if (reset.length) useNotices.getState().say(`This model does not take them as they were, so they are its own again: ${reset.join(", ")}.`);
}
