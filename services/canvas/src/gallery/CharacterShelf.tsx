import { useCallback, useState } from "react";
import * as io from "../io/characters";
import type { Character } from "../io/characters";
import { CharacterDialog } from "./CharacterDialog";
import type { Filter } from "./filter";
import { useArrivals } from "./live";
import { More } from "./More";
import { usePaged } from "./paging";

const CHANGED = ["character_changed"];

/** Who is to be recognised. */
export function CharacterShelf({ project, filter }: { project: string; filter: Filter }) {
  const { text, tag } = filter;
  const load = useCallback(
    (cursor: string | null) =>
      io.characters({ project_id: project, limit: 40, ...(text.trim() && { text: text.trim() }), ...(tag.trim() && { tag: tag.trim() }), ...(cursor && { cursor }) }),
    [project, text, tag],
  );
  const list = usePaged(load);
  const [open, setOpen] = useState<Character | "new" | null>(null);
  useArrivals(project, CHANGED, list.refresh);
  return (
    <>
      <ul className="people" aria-label="Characters" aria-busy={list.busy}>
        <li><button className="person person-new" onClick={() => setOpen("new")}><span aria-hidden>+</span><b>New character</b></button></li>
        {list.items?.map((one) => <li key={one.id}><Person character={one} press={() => setOpen(one)} /></li>)}
      </ul>
      {list.items?.length === 0 && <p className="nothing">No characters {text || tag ? "fit" : "yet"}. A character is a name and some pictures of a face: nodes keep to it, and check their results against it.</p>}
      <More {...list} />
      {open && (
        <CharacterDialog
          project={project}
          character={open === "new" ? null : open}
          close={() => setOpen(null)}
          changed={(one) => {
            list.put(one);
            setOpen((before) => before && one);
          }}
          gone={(id) => {
            list.drop(id);
            setOpen(null);
          }}
        />
      )}
    </>
  );
}

export function Person({ character, press, chosen }: { character: Character; press: () => void; chosen?: boolean }) {
  const best = character.references.find((one) => one.best) ?? character.references[0];
  return (
    <button className="person" onClick={press} aria-pressed={chosen}>
      {best?.thumbnail_url ? <img src={best.thumbnail_url} alt="" loading="lazy" /> : <span aria-hidden>☺</span>}
      <b>{character.name}</b>
      <small>{character.references.length === 1 ? "1 picture" : `${character.references.length} pictures`}</small>
    </button>
  );
}
