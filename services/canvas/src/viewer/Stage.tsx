/** A result, as large as there is room. */
import { useState } from "react";
import { wholeText } from "../io/generations";
import { tried } from "../ui/failing";
import type { Thing } from "./openViewer";
import { Pane, ZoomButtons, placed } from "./Pane";
import { instead, kindOf } from "./words";
import { FIT } from "./zoom";

export function Stage({ thing }: { thing: Thing }) {
  switch (thing.type) {
    case "image":
      return <Picture thing={thing} />;
    case "video":
    case "audio":
      return <Film thing={thing} />;
    case "text":
      return <Words thing={thing} />;
    case "character":
      return <Who thing={thing} />;
    case "storyboard":
      return <Board thing={thing} />;
  }
}

function Picture({ thing }: { thing: Thing }) {
  const [view, setView] = useState(FIT);
  const [broken, setBroken] = useState(false);
  if (broken || !thing.url) return <Broken thing={thing} />;
  return (
    <div className="stage-picture">
      <Pane label="Picture" view={view} change={setView}>
        <img src={thing.url} alt={instead(thing)} draggable={false} style={placed(view)} onError={() => setBroken(true)} />
      </Pane>
      <ZoomButtons view={view} change={setView} />
    </div>
  );
}

function Film({ thing }: { thing: Thing }) {
  const [broken, setBroken] = useState(false);
  if (broken || !thing.url) return <Broken thing={thing} />;
  const shared = { src: thing.url, controls: true, "aria-label": instead(thing), onError: () => setBroken(true) };
  return thing.type === "video" ? (
    <video {...shared} poster={thing.poster_url ?? undefined} playsInline loop />
  ) : (
    <div className="stage-sound">
      {thing.thumbnail_url && <img src={thing.thumbnail_url} alt="" />}
      <audio {...shared} />
    </div>
  );
}

/** The bytes are not there, or this browser cannot read them. */
function Broken({ thing }: { thing: Thing }) {
  return (
    <div className="stage-broken" role="alert">
      <h3>{kindOf(thing)} cannot be shown.</h3>
      <p>Its bytes are gone, or are in a format that this browser does not know ({thing.mime ?? "unknown"}). It may still be downloaded.</p>
    </div>
  );
}

function Words({ thing }: { thing: Thing }) {
  const [whole, setWhole] = useState<string | null>(null);
  const url = thing.url;
  return (
    <div className="stage-words" tabIndex={0} role="region" aria-label="Text">
      <p>{whole ?? thing.text}</p>
      {url && whole === null && <button onClick={() => tried(wholeText(url).then(setWhole))}>Show all of it</button>}
    </div>
  );
}

function Who({ thing }: { thing: Thing }) {
  return (
    <div className="stage-words" tabIndex={0} role="region" aria-label="Character">
      <h3>{thing.name || "Somebody without a name"}</h3>
      {thing.description && <p>{thing.description}</p>}
      <ul className="references">
        {thing.references?.map((one, index) => (
          <li key={one.asset_id ?? index}><img src={one.thumbnail_url ?? one.url ?? ""} alt={`Reference ${index + 1}`} /></li>
        ))}
      </ul>
    </div>
  );
}

function Board({ thing }: { thing: Thing }) {
  return (
    <div className="stage-words" tabIndex={0} role="region" aria-label="Storyboard">
      <h3>{thing.title || "Storyboard"}</h3>
      {thing.style && <p className="hint">{thing.style}</p>}
      <ol className="scene-list">
        {thing.scenes?.map((scene, index) => (
          <li key={index}>
            <b>{index + 1}. {scene.title}</b>
            <p>{scene.start}</p>
            <p><small>Motion</small> {scene.motion}</p>
            <p><small>End</small> {scene.end}</p>
          </li>
        ))}
      </ol>
    </div>
  );
}
