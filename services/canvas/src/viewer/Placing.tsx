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

async function placeIn(thing: Thing, graph: Graph): Promise<string> {
  const op = adding(thing, beside(graph.nodes));
  if (op) await graphs.edited(graph.id, [op], key(), null);
  return graph.id;
}

interface Props {
  thing: Thing;
  project: string;
  close: () => void;
  /** It is a node: its graph is shown next. */
  done: () => void;
}

/** Which graph? The last one that was open comes first. */
export function Placing({ thing, project, close, done }: Props) {
  const [all, setAll] = useState<readonly Graph[] | null>(null);
  useEffect(() => tried(graphs.graphs(project).then((found) => setAll(sorted(found, lastGraph(project))))), [project]);
  const place = async (asked: Promise<Graph>) => {
    const graph = await placeIn(thing, await asked);
    done();
    go({ page: "graph", graph, run: null });
  };
  return (
    <Dialog title="Open in a new node of …" close={close}>
      {all === null && <p role="status">Loading …</p>}
      <ul className="graph-list">
        {all?.map((graph, index) => (
          <li key={graph.id}>
            <button onClick={() => tried(place(graphs.graph(graph.id)))}>
              <b>{graph.name}</b>
              <small>{index === 0 && graph.id === lastGraph(project) ? "opened last" : `${graph.nodes.length} nodes`}</small>
            </button>
          </li>
        ))}
        <li><button onClick={() => tried(place(graphs.created("Untitled", project)))}><b>A new graph</b></button></li>
      </ul>
    </Dialog>
  );
}

function sorted(all: readonly Graph[], last: string | null): readonly Graph[] {
  return [...all].sort((a, b) => Number(b.id === last) - Number(a.id === last));
}
