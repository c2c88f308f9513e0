import type { GraphNode, NodeType } from "../graph/model";
import { placeOf, useDrafts } from "../store/drafts";
import { useEditor } from "../store/editor";
import { FieldRow } from "./FieldRow";
import { fieldsOf, shown, unknownOf } from "./fields";
import type { Field } from "./fields";
import { ModelRow } from "./ModelRow";
import { modelOf } from "./models";

/** Of little use every day: they stand apart. */
const RARE = new Set(["seed", "count", "pick", "min_identity", "identity_retries"]);

/** The settings that a node has with the model that was chosen. */
export function Settings({ node, kind }: { node: GraphNode; kind: NodeType }) {
  const graph = useEditor((state) => state.drawing?.id ?? "");
  const drafts = useDrafts((state) => state.drafts);
  const fields = fieldsOf(kind, modelOf(kind, node.params)).filter((one) => !one.ignored || node.params[one.name] !== undefined);
  const [first, rest] = [fields.filter((one) => one.kind === "words" || one.required), fields.filter((one) => one.kind !== "words" && !one.required)];
  const [daily, rare] = [rest.filter((one) => !RARE.has(one.name)), rest.filter((one) => RARE.has(one.name))];
  return (
    <div className="settings">
      <Rows node={node} fields={first} />
      <ModelRow node={node} kind={kind} />
      <Rows node={node} fields={daily} />
      {rare.length > 0 && (
        <details open={rare.some((one) => node.params[one.name] !== undefined || drafts.has(placeOf(graph, node.id, one.name)))}>
          <summary>More</summary>
          <Rows node={node} fields={rare} />
        </details>
      )}
      <Strays node={node} kind={kind} />
    </div>
  );
}

function Rows({ node, fields }: { node: GraphNode; fields: readonly Field[] }) {
  return fields.map((one) => <FieldRow key={one.name} node={node} field={one} />);
}

/** Settings of an earlier or a later release. */
export function Strays({ node, kind }: { node: GraphNode; kind: NodeType | undefined }) {
  const names = kind ? unknownOf(kind, node.params) : Object.keys(node.params);
  if (!names.length) return null;
  const drop = (name: string) =>
    useEditor.getState().edit(`Take ${name} away`, [{ op: "change_node", node_id: node.id, params: { [name]: null } }]);
  return (
    <section className="strays">
      <h3>{kind ? "Not known here" : "Kept as it is"}</h3>
      {names.map((name) => (
        <p key={name}>
          <b>{name}</b> <code>{shown(node.params[name]).slice(0, 300)}</code>
          {kind && <button className="quiet" onClick={() => drop(name)}>Take away</button>}
        </p>
      ))}
    </section>
  );
}
