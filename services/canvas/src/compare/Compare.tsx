/** Two results, side by side or one over the other, and what was different in their making. */
import { useState } from "react";
import { useModal } from "../ui/Dialog";
import type { Thing } from "../viewer/openViewer";
import { ZoomButtons } from "../viewer/Pane";
import { maker, useDetail } from "../viewer/useDetail";
import { FIT } from "../viewer/zoom";
import { differing, settingsOf } from "./differing";
import { Differences } from "./Differences";
import { closeCompare } from "./openCompare";
import { Over, Side } from "./Pair";

const SEEN = new Set(["image", "video"]);

export function Compare({ first, second }: { first: Thing; second: Thing }) {
  const dialog = useModal();
  const [over, setOver] = useState(false);
  const [view, setView] = useState(FIT);
  const layered = first.type === second.type && SEEN.has(first.type);
  const zooms = first.type === "image" && second.type === "image";
  const sheet = { first, second, view, change: setView };
  return (
    <dialog ref={dialog} className="viewer compare" aria-label="Compare two results" onClose={(event) => event.currentTarget.open || closeCompare()} onKeyDown={(event) => event.stopPropagation()}>
      <div className="viewer-left">
        <header>
          <h2>{first.name && second.name ? `${first.name} and ${second.name}` : "Two results"}</h2>
          {layered && (
            <div role="group" aria-label="How they are shown" className="shelves">
              <button aria-pressed={!over} onClick={() => setOver(false)}>Side by side</button>
              <button aria-pressed={over} onClick={() => setOver(true)}>Slider</button>
            </div>
          )}
          {zooms && <ZoomButtons view={view} change={setView} />}
          <button className="quiet" aria-label="Close" onClick={closeCompare}>×</button>
        </header>
        {over ? <Over {...sheet} /> : <Side {...sheet} />}
      </div>
      <aside aria-label="What differs">
        <Told first={first} second={second} />
      </aside>
    </dialog>
  );
}

function Told({ first, second }: { first: Thing; second: Thing }) {
  const [a, b] = [useDetail(first.asset_id ?? null), useDetail(second.asset_id ?? null)];
  if ((first.asset_id && !a.lineage && !a.missing) || (second.asset_id && !b.lineage && !b.missing)) return <p role="status">Looking …</p>;
  const all = [
    settingsOf(a.asset ?? first, a.asset, maker(a.lineage)),
    settingsOf(b.asset ?? second, b.asset, maker(b.lineage)),
  ] as const;
  return <Differences differences={differing(...all)} same={[...all[0].keys()].filter((name) => all[0].get(name) === all[1].get(name))} />;
}
