/** Everything that a project holds: found, looked at, compared, brought in. */
import { useCallback, useRef, useState } from "react";
import { openCompare } from "../compare/openCompare";
import type { Asset } from "../io/assets";
import { TAKEN } from "../io/uploads";
import { TopBar } from "../ui/TopBar";
import { useBrought } from "./bringing";
import { CharacterShelf } from "./CharacterShelf";
import { EVERYTHING } from "./filter";
import type { Filter } from "./filter";
import { FilterBar } from "./FilterBar";
import { MediaShelf } from "./MediaShelf";
import { TextShelf } from "./TextShelf";
import { useUploading } from "./uploading";
import { UploadTray } from "./UploadTray";

export function GalleryPage({ project, asset }: { project: string; asset: string | null }) {
  const [filter, setFilter] = useState<Filter>(EVERYTHING);
  const [chosen, setChosen] = useState<readonly Asset[]>([]);
  const [seen, setSeen] = useState<{ models: readonly string[]; tags: readonly string[] }>({ models: [], tags: [] });
  const learn = useCallback((items: readonly Asset[]) => setSeen((before) => learned(before, items)), []);
  const bring = useCallback((files: readonly File[]) => useUploading.getState().bring(files, project), [project]);
  const over = useBrought(bring);
  const choose = (one: Asset) =>
    setChosen((before) => (before.some((other) => other.id === one.id) ? before.filter((other) => other.id !== one.id) : [...before, one].slice(-2)));
  return (
    <>
      <TopBar project={project} title={<span aria-current="page">Gallery</span>} />
      <main className="gallery" data-over={over}>
        <h1 className="unseen">Gallery</h1>
        <div className="gallery-head">
          <FilterBar filter={filter} change={setFilter} {...seen} />
          <UploadButton bring={bring} />
        </div>
        <UploadTray />
        {filter.shelf === "text" ? (
          <TextShelf key={project} project={project} filter={filter} />
        ) : filter.shelf === "character" ? (
          <CharacterShelf key={project} project={project} filter={filter} />
        ) : (
          <MediaShelf key={project} project={project} filter={filter} asset={asset} chosen={chosen} choose={choose} learn={learn} clear={() => setFilter(EVERYTHING)} />
        )}
        {filter.shelf !== "text" && filter.shelf !== "character" && <Chosen chosen={chosen} clear={() => setChosen([])} />}
        {over && <p className="drop-here">Drop images, videos and sounds to upload them.</p>}
      </main>
    </>
  );
}

function learned(before: { models: readonly string[]; tags: readonly string[] }, items: readonly Asset[]) {
  const models = [...new Set([...before.models, ...items.flatMap((one) => one.model ?? [])])].sort();
  const tags = [...new Set([...before.tags, ...items.flatMap((one) => one.tags)])].sort();
  return models.length === before.models.length && tags.length === before.tags.length ? before : { models, tags };
}

export function UploadButton({ bring }: { bring: (files: readonly File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button className="primary" onClick={() => input.current?.click()}>Upload</button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept={TAKEN}
        aria-label="Files to upload"
        onChange={(event) => {
          bring([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </>
  );
}

/** Two are compared, the earlier one first; a third takes the place of the one that was chosen first. */
function Chosen({ chosen, clear }: { chosen: readonly Asset[]; clear: () => void }) {
  const [first, second] = [...chosen].sort((a, b) => a.created_at.localeCompare(b.created_at));
  if (!first) return null;
  return (
    <div className="chosen-bar" role="status">
      <span>{second ? "Two are chosen." : "One is chosen. Choose another to compare."}</span>
      {second && <button className="primary" onClick={() => openCompare(first, second)}>Compare</button>}
      <button className="quiet" onClick={clear}>Clear</button>
    </div>
  );
}
