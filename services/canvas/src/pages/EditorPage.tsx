/** A graph on its canvas, with what surrounds it. */
import { useEffect, useState } from "react";
import { Refused } from "../api/client";
import { Board } from "../canvas/Board";
import { Inspector } from "../inspector/Inspector";
import * as io from "../io/graphs";
import { Palette } from "../palette/Palette";
import { RunBar } from "../runbar/RunBar";
import { RunTray } from "../runbar/RunTray";
import { useEditor } from "../store/editor";
import { useRunning } from "../store/running";
import { tried } from "../ui/failing";
import { TopBar } from "../ui/TopBar";
import { GraphTitle } from "./GraphTitle";

export function EditorPage({ graph, run }: { graph: string; run: string | null }) {
  const refusal = useGraph(graph);
  useShownRun(run);
  const project = useEditor((state) => state.drawing?.project_id ?? null);
  if (refusal)
    return (
      <main className="whole-page">
        <h1>This graph cannot be shown.</h1>
        <p>{refusal}</p>
        <p><a href="#/">Go home</a></p>
      </main>
    );
  if (!project) return <p className="whole-page" role="status">Loading …</p>;
  return (
    <div className="editor">
      <TopBar project={project} title={<GraphTitle />}>
        <RunBar />
      </TopBar>
      <Palette />
      <main className="stage">
        <Board />
        <RunTray graph={graph} />
      </main>
      <Inspector />
    </div>
  );
}

/** Why it cannot be shown. */
function useGraph(id: string): string | null {
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => {
    let there = true;
    io.graph(id).then(
      (found) => there && useEditor.getState().open(found),
      (error: unknown) => there && setRefusal(error instanceof Refused && error.status === 404 ? "There is no such graph, or it is not yours." : String(error)),
    );
    return () => {
      there = false;
      useEditor.getState().close();
    };
  }, [id]);
  return refusal;
}

function useShownRun(run: string | null): void {
  useEffect(() => {
    const { follow, leave } = useRunning.getState();
    if (!run) {
      leave();
      return;
    }
    tried(follow(run));
    return leave;
  }, [run]);
}
