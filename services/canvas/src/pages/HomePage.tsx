/** A project: its graphs, and templates to begin with. */
import { useEffect, useState } from "react";
import { Refused } from "../api/client";
import { templates } from "../home/templates";
import type { Template } from "../home/templates";
import type { Graph } from "../graph/model";
import * as io from "../io/graphs";
import { address, go } from "../route";
import { useSession } from "../store/session";
import { tried } from "../ui/failing";
import { TopBar } from "../ui/TopBar";

export function HomePage({ project }: { project: string | null }) {
  const me = useSession((state) => state.me);
  const here = project ?? me?.default_project_id ?? "default";
  const [graphs, setGraphs] = useState<readonly Graph[] | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => {
    let there = true;
    io.graphs(here).then(
      (found) => there && setGraphs(found),
      (error: unknown) => there && setRefusal(error instanceof Refused ? error.message : String(error)),
    );
    return () => {
      there = false;
    };
  }, [here]);
  return (
    <>
      <TopBar project={here} />
      <main className="home">
        {refusal && <p className="trouble" role="alert">{refusal}</p>}
        {graphs?.length === 0 && <p className="lead">Words in, pictures out. Take a template, or start from scratch.</p>}
        {graphs !== null && graphs.length > 0 && <Graphs graphs={graphs} />}
        <Templates project={here} />
      </main>
    </>
  );
}

function Graphs({ graphs }: { graphs: readonly Graph[] }) {
  return (
    <section>
      <h2>Graphs</h2>
      <ul className="tiles">
        {graphs.map((graph) => (
          <li key={graph.id}>
            <a className="tile" href={address({ page: "graph", graph: graph.id, run: null })}>
              <b>{graph.name}</b>
              <small>{graph.nodes.length} nodes</small>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Templates({ project }: { project: string }) {
  const [all, setAll] = useState<readonly Template[]>([]);
  useEffect(() => tried(templates().then(setAll)), []);
  const open = (graph: Graph) => go({ page: "graph", graph: graph.id, run: null });
  return (
    <section>
      <h2>Start with</h2>
      <ul className="tiles">
        <li>
          <button className="tile" onClick={() => tried(io.created("Untitled", project).then(open))}>
            <b>Start from scratch</b>
            <small>An empty canvas.</small>
          </button>
        </li>
        {all.map((one) => (
          <li key={one.file}>
            <button className="tile" onClick={() => tried(io.imported(one.workflow, project).then(open))}>
              <b>{one.name}</b>
              <small>{one.description}</small>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
