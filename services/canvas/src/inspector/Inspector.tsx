/** What is chosen, and how it is set. */
import { called } from "../graph/model";
import type { GraphNode } from "../graph/model";
import { useEditor } from "../store/editor";

export function Inspector() {
  const drawing = useEditor((state) => state.drawing);
  const selected = useEditor((state) => state.selected);
  const chosen = [...selected].map((id) => drawing?.nodes.get(id)).filter((node) => node !== undefined);
  const [first] = chosen;
  return (
    <aside className="inspector" aria-label="Settings">
      {!first && <p className="hint">Choose a node to set it.</p>}
      {chosen.length > 1 && <p>{chosen.length} nodes chosen.</p>}
      {first && chosen.length === 1 && <One key={first.id} node={first} />}
    </aside>
  );
}

function One({ node }: { node: GraphNode }) {
  const catalogue = useEditor((state) => state.catalogue);
  const { edit } = useEditor.getState();
  const text = node.params["text"] ?? node.params["prompt"];
  const name = "text" in node.params || node.type === "text" ? "text" : "prompt";
  return (
    <>
      <h2>{called(node, catalogue)}</h2>
      <p className="hint">{catalogue.get(node.type)?.help}</p>
      <label htmlFor="prompt-field">{name}</label>
      <textarea
        id="prompt-field"
        key={typeof text === "string" ? text : ""}
        defaultValue={typeof text === "string" ? text : ""}
        rows={6}
        onBlur={(event) => edit(`Change ${name}`, [{ op: "change_node", node_id: node.id, params: { [name]: event.target.value } }])}
      />
    </>
  );
}
