/** A result becomes a node: of the graph that is open, else of one that is chosen. */
import { useEffect, useState } from "react";
import { key } from "../api/client";
import type { Drawing, Graph } from "../graph/model";
import * as graphs from "../io/graphs";
import { go } from "../route";
import { useEditor } from "../store/editor";
import { useNotices } from "../store/notices";
import { Dialog } from "../ui/Dialog";
import { tried } from "../ui/failing";
import { adding, beside } from "./asNode";
import { lastGraph } from "./lastGraph";
import type { Thing } from "./openViewer";

/** Into the graph that is open: it can be undone. */
export function placeHere(thing: Thing, drawing: Drawing): void {
  const op = adding(thing, beside(drawing.nodes.values()));
  if (!op) return;
  useEditor.getState().edit("Add a result", [op]);
  useEditor.getState().select(new Set([op.id]));
  useNotices.getState().say("It is a node of this graph now.");
}

async function placeIn(thing: Thing, graph: Graph): Promise<void> {
  const op = adding(thing, beside(graph.nodes));
  if (!op) return;
  await graphs.edited(graph.id, [op], key(), null);
  go({ page: "graph", graph: graph.id, run: null });
}

interface Props {
  thing: Thing;
  project: string;
  close: () => void;
  /** It is a node, and its graph is shown. */
  done: () => void;
}

/** Which graph? The last one that was open comes first. */
export function Placing({ thing, project, close, done }: Props) {
  const [all, setAll] = useState<readonly Graph[] | null>(null);
  useEffect(() => tried(graphs.graphs(project).then((found) => setAll(sorted(found, lastGraph(project))))), [project]);
  const place = (graph: Promise<Graph>) => tried(graph.then((one) => placeIn(thing, one)).then(done));
  return (
    <Dialog title="Open in a new node of …" close={close}>
      {all === null && <p role="status">Loading …</p>}
      <ul className="graph-list">
        {all?.map((graph, index) => (
          <li key={graph.id}>
            <button onClick={() => place(graphs.graph(graph.id))}>
              <b>{graph.name}</b>
              <small>{index === 0 && graph.id === lastGraph(project) ? "opened last" : `${graph.nodes.length} nodes`}</small>
            </button>
          </li>
        ))}
        <li><button onClick={() => place(graphs.created("Untitled", project))}><b>A new graph</b></button></li>
      </ul>
    </Dialog>
  );
}

function sorted(all: readonly Graph[], last: string | null): readonly Graph[] {
  return [...all].sort((a, b) => Number(b.id === last) - Number(a.id === last));
}
