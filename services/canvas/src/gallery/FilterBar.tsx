import { useEffect, useState } from "react";
import { EVERYTHING, SHELVES, narrowed } from "./filter";
import type { Filter, Shelf } from "./filter";

const NAMES: Record<Shelf, string> = {
  all: "All",
  image: "Images",
  video: "Videos",
  audio: "Audio",
  text: "Texts",
  character: "Characters",
};
const SETTLED_MS = 250;

interface Props {
  filter: Filter;
  change: (filter: Filter) => void;
  /** Models that were seen: proposed while typing. */
  models: readonly string[];
  tags: readonly string[];
}

/** What is shown of all that there is. */
export function FilterBar({ filter, change, models, tags }: Props) {
  const [more, setMore] = useState(false);
  const { shelf } = filter;
  return (
    <search className="filters">
      <div role="group" aria-label="Kind" className="shelves">
        {SHELVES.map((one) => (
          <button key={one} aria-pressed={one === shelf} onClick={() => change({ ...filter, shelf: one })}>{NAMES[one]}</button>
        ))}
      </div>
      <Words name="Search" type="search" value={filter.text} put={(text) => change({ ...filter, text })} hint="Words of the prompt, name or tags" />
      <button aria-expanded={more} aria-controls="more-filters" onClick={() => setMore(!more)}>
        Filters{narrowed({ ...filter, text: "" }) ? " •" : ""}
      </button>
      {narrowed(filter) && <button className="quiet" onClick={() => change({ ...EVERYTHING, shelf })}>Clear</button>}
      <div id="more-filters" hidden={!more} className="more-filters">
        <Narrow filter={filter} change={change} models={models} tags={tags} />
      </div>
    </search>
  );
}

/** Of what a shelf cannot be asked by, nothing is offered. */
function Narrow({ filter, change, models, tags }: Props) {
  const { shelf } = filter;
  const media = shelf !== "text" && shelf !== "character";
  return (
    <>
      {shelf !== "text" && <Words name="Tag" value={filter.tag} put={(tag) => change({ ...filter, tag })} offers={tags} />}
      {shelf !== "character" && <Words name="Model" value={filter.model} put={(model) => change({ ...filter, model })} offers={models} />}
      {media && (
        <label>
          Source
          <select value={filter.source} onChange={(event) => change({ ...filter, source: sourceOf(event.target.value) })}>
            <option value="">any</option>
            <option value="generated">generated</option>
            <option value="upload">uploaded</option>
          </select>
        </label>
      )}
      {shelf !== "character" && (
        <>
          <label>From<input type="date" value={filter.after} max={filter.before || undefined} onChange={(event) => change({ ...filter, after: event.target.value })} /></label>
          <label>Until<input type="date" value={filter.before} min={filter.after || undefined} onChange={(event) => change({ ...filter, before: event.target.value })} /></label>
        </>
      )}
      {media && (
        <label className="check">
          <input type="checkbox" checked={filter.deleted} onChange={(event) => change({ ...filter, deleted: event.target.checked })} />
          Deleted
        </label>
      )}
    </>
  );
}

function sourceOf(text: string): Filter["source"] {
  return text === "upload" || text === "generated" ? text : "";
}

interface WordsProps {
  name: string;
  value: string;
  put: (text: string) => void;
  type?: "search" | "text";
  hint?: string;
  offers?: readonly string[];
}

/** Asked for when typing has settled. */
function Words({ name, value, put, type = "text", hint, offers = [] }: WordsProps) {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  if (value !== known) {
    setKnown(value);
    setText(value);
  }
  useEffect(() => {
    if (text === value) return;
    const timer = window.setTimeout(() => put(text), SETTLED_MS);
    return () => window.clearTimeout(timer);
  });
  const list = `offers-${name}`;
  return (
    <label className={type === "search" ? "searching" : ""}>
      <span className={type === "search" ? "unseen" : ""}>{name}</span>
      <input type={type} value={text} placeholder={hint} maxLength={200} list={offers.length ? list : undefined} onChange={(event) => setText(event.target.value)} />
      {offers.length > 0 && <datalist id={list}>{offers.map((one) => <option key={one} value={one} />)}</datalist>}
    </label>
  );
}
