/** A graph on its canvas, with what surrounds it. */
import { useEffect, useState } from "react";
import { Refused } from "../api/client";
import { Board } from "../canvas/Board";
import { FindMenu } from "../canvas/FindMenu";
import { ToldDialog } from "../canvas/ToldDialog";
import { Inspector } from "../inspector/Inspector";
import * as io from "../io/graphs";
import { HelpDialog } from "../keys/HelpDialog";
import { useShortcuts } from "../keys/useShortcuts";
import { Palette } from "../palette/Palette";
import { address, go } from "../route";
import { RunBar } from "../runbar/RunBar";
import { RunTray } from "../runbar/RunTray";
import { useEditor } from "../store/editor";
import { useProjectStream } from "../store/live";
import { useRunning } from "../store/running";
import { useShell } from "../store/shell";
import { watchGraph } from "../store/watching";
import { Dialog } from "../ui/Dialog";
import { tried } from "../ui/failing";
import { TopBar } from "../ui/TopBar";
import { GraphTitle } from "./GraphTitle";
import { HistoryDialog } from "./HistoryDialog";

export function EditorPage({ graph, run }: { graph: string; run: string | null }) {
  const refusal = useGraph(graph);
  useShownRun(run);
  useShortcuts();
  const project = useEditor((state) => state.drawing?.project_id ?? null);
  useProjectStream(project);
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
      <TopBar project={project} title={<><h1 className="unseen">Graph</h1><GraphTitle /></>}>
        <RunBar />
      </TopBar>
      <Palette />
      <main className="stage">
        <Board />
        <RunTray graph={graph} />
      </main>
      <Inspector />
      <Windows graph={graph} />
    </div>
  );
}

function Windows({ graph }: { graph: string }) {
  const { open, show } = useShell();
  const gone = useEditor((state) => state.gone);
  const project = useEditor((state) => state.drawing?.project_id ?? null);
  const close = () => show(null);
  return (
    <>
      {open === "find" && <FindMenu close={close} />}
      {open === "help" && <HelpDialog close={close} />}
      {open === "history" && <HistoryDialog graph={graph} close={close} />}
      <ToldDialog />
      {gone && (
        <Dialog title="This graph was deleted" close={() => go({ page: "home", project })}>
          <p>Somebody deleted it, or another tab did. What it made is in the gallery.</p>
          <p><a className="button" href={address({ page: "home", project })}>Go home</a></p>
        </Dialog>
      )}
    </>
  );
}

/** Why it cannot be shown. */
function useGraph(id: string): string | null {
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => {
    let there = true;
    io.graph(id).then(
      (found) => {
        if (there) void useEditor.getState().open(found);
      },
      (error: unknown) => there && setRefusal(error instanceof Refused && error.status === 404 ? "There is no such graph, or it is not yours." : String(error)),
    );
    const deaf = watchGraph(id);
    return () => {
      there = false;
      deaf();
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
