/** The runs of a graph, below the canvas, and the slider over the one that is shown. */
import { useEffect, useState } from "react";
import { Why } from "../nodes/Why";
import { go, useRoute } from "../route";
import { isOver } from "../run/fold";
import type { RunView } from "../run/view";
import { useEditor } from "../store/editor";
import { useProjectStream } from "../store/live";
import { useRunning } from "../store/running";
import { beginWith } from "../store/starting";
import { Timeline } from "../time/Timeline";
import { RunList } from "./RunList";

export function RunTray({ graph }: { graph: string }) {
  const project = useEditor((state) => state.drawing?.project_id ?? null);
  const count = useRunning((state) => state.runs.length);
  const older = useRunning((state) => state.older !== null);
  const going = useRunning((state) => state.runs.filter((one) => !isOver(one.state)).length);
  const trouble = useRunning((state) => state.trouble ?? refusal(state.shown?.view));
  const [open, setOpen] = useState(false);
  useProjectStream(project);
  useEffect(() => {
    beginWith(graph);
    return useRunning.getState().attend(graph);
  }, [graph]);
  useGoing(graph);
  return (
    <footer className="run-tray" aria-label="Runs">
      {open && <RunList graph={graph} />}
      <div className="tray-line">
        <button className="quiet runs-button" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span aria-hidden>{open ? "▾" : "▴"}</span> Runs <small>{count}{older && "+"}</small>
          {going > 0 && <small className="going">{going} going</small>}
        </button>
        {trouble ? <p className="trouble" role="alert">{trouble}</p> : <Timeline />}
      </div>
      <Why />
    </footer>
  );
}

/** Of a run that never began: no node can say it. */
function refusal(view: RunView | undefined): string | null {
  return view?.state === "failed" && !view.nodes.size && view.error ? `It was refused. ${view.error.message}` : null;
}

/** Whoever opens a graph sees the run of it that is going; and so does who has it open when one begins elsewhere. */
function useGoing(graph: string): void {
  const route = useRoute();
  const none = route.page === "graph" && route.run === null;
  const first = useRunning((state) => (state.graph === graph ? (state.runs.find((one) => !isOver(one.state))?.id ?? null) : null));
  useEffect(() => {
    if (none && first) go({ page: "graph", graph, run: first }, true);
  }, [none, first, graph]);
}
