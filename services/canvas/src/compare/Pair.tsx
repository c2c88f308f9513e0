/** Two results before the eye: what one is enlarged and moved by, the other is too. */
import { useRef, useState } from "react";
import type { RefObject } from "react";
import { Pane, placed } from "../viewer/Pane";
import type { Thing } from "../viewer/openViewer";
import { Stage } from "../viewer/Stage";
import { instead } from "../viewer/words";
import type { View } from "../viewer/zoom";

interface Props {
  first: Thing;
  second: Thing;
  view: View;
  change: (view: View) => void;
}

export function Side({ first, second, view, change }: Props) {
  const films = useRef<HTMLDivElement>(null);
  const both = first.type === "video" && second.type === "video";
  return (
    <>
      <div className="side-by-side" ref={films}>
        {[first, second].map((thing, index) => (
          <figure key={index}>
            {thing.type === "image" ? (
              <Pane label={index ? "Second picture" : "First picture"} view={view} change={change}>
                <img src={thing.url ?? ""} alt={instead(thing)} draggable={false} style={placed(view)} />
              </Pane>
            ) : (
              <Stage thing={thing} />
            )}
            <figcaption>{index ? "Second" : "First"}</figcaption>
          </figure>
        ))}
      </div>
      {both && <Together films={films} />}
    </>
  );
}

/** One over the other: what is left of the line is the first one. */
export function Over({ first, second, view, change }: Props) {
  const [split, setSplit] = useState(0.5);
  const films = useRef<HTMLDivElement>(null);
  const percent = Math.round(split * 100);
  return (
    <>
      <div className="one-over-other" ref={films}>
        <Pane label="Both pictures" view={view} change={change} drag={setSplit}>
          <Layer thing={second} view={view} />
          <div className="upper" style={{ clipPath: `inset(0 ${100 - split * 100}% 0 0)` }}>
            <Layer thing={first} view={view} />
          </div>
          <span className="split" style={{ left: `${split * 100}%` }} />
        </Pane>
      </div>
      <label className="split-line">
        First
        <input type="range" min={0} max={100} value={percent} aria-label="How much of the first is shown" aria-valuetext={`${percent} % of the first`} onChange={(event) => setSplit(Number(event.target.value) / 100)} />
        Second
      </label>
      {first.type === "video" && <Together films={films} />}
    </>
  );
}

function Layer({ thing, view }: { thing: Thing; view: View }) {
  const shared = { src: thing.url ?? "", style: placed(view) };
  return thing.type === "video" ? <video {...shared} muted loop playsInline aria-label={instead(thing)} /> : <img {...shared} alt={instead(thing)} draggable={false} />;
}

/** One button for both. */
function Together({ films }: { films: RefObject<HTMLDivElement | null> }) {
  const [running, setRunning] = useState(false);
  const press = () => {
    for (const film of films.current?.querySelectorAll("video") ?? []) {
      if (running) film.pause();
      else {
        film.currentTime = 0;
        void film.play().catch(() => null);
      }
    }
    setRunning(!running);
  };
  return <p><button onClick={press}>{running ? "❚❚ Pause both" : "▶ Play both from the start"}</button></p>;
}
