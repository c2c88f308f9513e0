/** What can be put on the canvas. */
import { useMemo, useState } from "react";
import { mint } from "../graph/mint";
import type { NodeType } from "../graph/model";
import { useEditor } from "../store/editor";

export function Palette() {
  const catalogue = useEditor((state) => state.catalogue);
  const [words, setWords] = useState("");
  const groups = useMemo(() => grouped([...catalogue.values()], words), [catalogue, words]);
  return (
    <aside className="palette" aria-label="Nodes">
      <input type="search" placeholder="Search nodes" aria-label="Search nodes" value={words} onChange={(event) => setWords(event.target.value)} />
      {groups.map(([category, kinds]) => (
        <section key={category}>
          <h2>{category}</h2>
          <ul>
            {kinds.map((kind) => (
              <li key={kind.name}>
                <button className={`kind kind-${kind.category}`} title={kind.help} onClick={() => put(kind)}>{kind.title}</button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </aside>
  );
}

function put(kind: NodeType): void {
  const id = mint();
  const { drawing, edit, select } = useEditor.getState();
  const right = Math.max(0, ...[...(drawing?.nodes.values() ?? [])].map((node) => node.position.x + 300));
  edit(`Add ${kind.title}`, [{ op: "add_node", id, type: kind.name, params: {}, position: { x: right, y: 100 } }]);
  select(new Set([id]));
}

function grouped(kinds: readonly NodeType[], words: string): [string, NodeType[]][] {
  const found = kinds.filter((kind) => `${kind.title} ${kind.help} ${kind.name}`.toLowerCase().includes(words.toLowerCase()));
  const groups = new Map<string, NodeType[]>();
  for (const kind of found) groups.set(kind.category, [...(groups.get(kind.category) ?? []), kind]);
  return [...groups];
}
