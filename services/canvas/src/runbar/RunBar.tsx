/** Run it, stop it, and how it goes. */
import { useState } from "react";
import * as io from "../io/runs";
import { price } from "../run/words";
import { useEditor } from "../store/editor";
import { shown, useRunning } from "../store/running";
import { tried } from "../ui/failing";

export function RunBar({ show }: { show: (run: string) => void }) {
  const graph = useEditor((state) => state.drawing?.id);
  const view = useRunning(shown);
  const connected = useRunning((state) => state.connected);
  const [asked, setAsked] = useState(false);
  const going = view?.state === "running" || view?.state === "pending";
  const run = async () => {
    if (!graph) return;
    setAsked(true);
    try {
      show((await io.started(graph, [], null)).id);
    } finally {
      setAsked(false);
    }
  };
  return (
    <div className="run-bar">
      <span className="spring" />
      {view && <span className={`state state-${view.state}`} role="status">{view.state} {price(view.cost)}</span>}
      {!connected && <span role="status">Connecting again …</span>}
      {going && <button onClick={() => tried(io.cancelled(view.id))}>Cancel</button>}
      <button className="primary" disabled={asked} onClick={() => tried(run())}>Run</button>
    </div>
  );
}
