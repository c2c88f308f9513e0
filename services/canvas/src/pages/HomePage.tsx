/** A project: its graphs, and templates to begin with. */
import { useCallback, useEffect, useState } from "react";
import type { DragEvent } from "react";
import { Refused } from "../api/client";
import type { Graph } from "../graph/model";
import { Graphs } from "../home/Graphs";
import { graphFrom } from "../home/importing";
import { ProjectBar } from "../home/ProjectBar";
import { Templates } from "../home/Templates";
import * as io from "../io/graphs";
import { go } from "../route";
import { listen, useProjectStream } from "../store/live";
import { useSession } from "../store/session";
import { tried } from "../ui/failing";
import { TopBar } from "../ui/TopBar";

export function HomePage({ project }: { project: string | null }) {
  const me = useSession((state) => state.me);
  const here = project ?? me?.default_project_id ?? "default";
  const { graphs, refusal, again } = useGraphs(here);
  const bring = (files: readonly File[]) => {
    const [file] = files;
    if (file) tried(graphFrom(file, here).then((graph) => go({ page: "graph", graph: graph.id, run: null })));
  };
  return (
    <div className="page" {...dropped(bring)}>
      <TopBar project={here} />
      <main className="home">
        <h1 className="unseen">Project</h1>
        <ProjectBar project={here} bring={bring} />
        {refusal && <p className="trouble" role="alert">{refusal}</p>}
        {graphs?.length === 0 && <p className="lead">Words in, pictures out. Take a template, or start from scratch.</p>}
        {graphs !== null && graphs.length > 0 && <Graphs graphs={graphs} changed={again} />}
        <Templates project={here} />
      </main>
    </div>
  );
}

function useGraphs(project: string) {
  const [found, setFound] = useState<{ project: string; graphs: readonly Graph[] | null; refusal: string | null }>({ project, graphs: null, refusal: null });
  const again = useCallback(() => {
    io.graphs(project).then(
      (graphs) => setFound({ project, graphs, refusal: null }),
      (error: unknown) => setFound({ project, graphs: null, refusal: error instanceof Refused ? error.message : String(error) }),
    );
  }, [project]);
  useProjectStream(project);
  useEffect(() => {
    again();
    return listen({ hear: ({ event }) => event === "graph_changed" && again(), opened: (gapless) => !gapless && again() });
  }, [again]);
  const mine = found.project === project;
  return { graphs: mine ? found.graphs : null, refusal: mine ? found.refusal : null, again };
}

function dropped(bring: (files: readonly File[]) => void) {
  return {
    onDragOver: (event: DragEvent) => {
      if (event.dataTransfer.types.includes("Files")) event.preventDefault();
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      bring([...event.dataTransfer.files]);
    },
  };
}
