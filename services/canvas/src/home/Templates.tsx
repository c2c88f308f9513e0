import { useEffect, useState } from "react";
import type { Graph } from "../graph/model";
import { go } from "../route";
import * as io from "../io/graphs";
import { tried } from "../ui/failing";
import { begun, templates } from "./templates";
import type { Template } from "./templates";

/** Something to begin with: the examples, or nothing. */
export function Templates({ project }: { project: string }) {
  const [all, setAll] = useState<readonly Template[]>([]);
  const [busy, setBusy] = useState<string | null>(null);
  useEffect(() => tried(templates().then(setAll)), []);
  const open = (name: string, graph: Promise<Graph>) => {
    setBusy(name);
    tried(graph.then(({ id }) => go({ page: "graph", graph: id, run: null })).finally(() => setBusy(null)));
  };
  return (
    <section aria-label="Start with" aria-busy={busy !== null}>
      <h2>Start with</h2>
      <ul className="tiles">
        <li>
          <button className="tile" disabled={busy !== null} onClick={() => open("", io.created("Untitled", project))}>
            <b>Start from scratch</b>
            <small>An empty canvas.</small>
          </button>
        </li>
        {all.map((one) => (
          <li key={one.file}>
            <button className="tile" disabled={busy !== null} onClick={() => open(one.file, begun(one, project))}>
              <b>{one.name}</b>
              <small>{busy === one.file ? "Opening …" : one.description}</small>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
