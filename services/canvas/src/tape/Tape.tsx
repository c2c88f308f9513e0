/** Everything that a node ever made, the newest first: to look at, to go back to, to go on from. */
import { useCallback, useEffect, useState } from "react";
import { openCompare } from "../compare/openCompare";
import { More } from "../gallery/More";
import { usePaged } from "../gallery/paging";
import type { GraphNode, NodeType, Value } from "../graph/model";
import { generations } from "../io/generations";
import type { Generation } from "../io/generations";
import { useEditor } from "../store/editor";
import { listen } from "../store/live";
import { Entry } from "./Entry";

const PAGE = 12;

export function Tape({ node }: { node: GraphNode }) {
  const drawing = useEditor((state) => state.drawing);
  const kind = useEditor((state) => state.catalogue.get(node.type));
  const { project_id: project = "", id: graph = "" } = drawing ?? {};
  const load = useCallback(
    (cursor: string | null) => generations(project, { node_id: node.id, graph_id: graph, limit: PAGE, ...(cursor && { cursor }) }),
    [project, graph, node.id],
  );
  const list = usePaged(load);
  useMade(node.id, list.refresh);
  const [chosen, setChosen] = useState<readonly Generation[]>([]);
  const choose = (one: Generation) =>
    setChosen((before) => (before.some((other) => other.id === one.id) ? before.filter((other) => other.id !== one.id) : [...before, one].slice(-2)));
  const [first, second] = [...chosen].sort((a, b) => a.created_at.localeCompare(b.created_at)).map(seen);
  return (
    <section className="tape" aria-label="History">
      {list.items?.length === 0 && <p className="hint">{nothing(node, kind)}</p>}
      {chosen.length > 0 && (
        <p className="tape-bar" role="status">
          {first && second ? <button className="primary" onClick={() => openCompare(first, second)}>Compare the two</button> : "Choose another to compare."}
        </p>
      )}
      <ol aria-busy={list.busy}>
        {list.items?.map((one) => (
          <Entry key={one.id} made={one} node={node} kind={kind} chosen={chosen.includes(one)} choose={seen(one) ? () => choose(one) : null} />
        ))}
      </ol>
      <More {...list} />
    </section>
  );
}

function nothing(node: GraphNode, kind: NodeType | undefined): string {
  if (kind?.queue === null) return "This node makes nothing of its own.";
  const taken = Object.values(node.last?.outputs ?? {}).some((values) => values.length);
  if (taken) return "It made nothing yet: what it shows was made elsewhere with the very same settings, and taken over. “New variation” makes one of its own.";
  return "Nothing yet. Run it: all that it makes is kept here.";
}

/** What there is to compare of it. */
function seen(made: Generation): Value | undefined {
  return Object.values(made.outputs).flat().find((value) => value.asset_id);
}

/** Look again as soon as the node has made something, whoever ran it. */
function useMade(node: string, look: () => void): void {
  useEffect(
    () =>
      listen({
        hear: (event) => {
          if (event.event === "node_completed" && event.data["node_id"] === node) look();
        },
        opened: (gapless) => {
          if (!gapless) look();
        },
      }),
    [node, look],
  );
}
