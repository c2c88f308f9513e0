/** A character: made, looked at, changed, deleted. */
import { useEffect, useState } from "react";
import * as io from "../io/characters";
import type { Character, CharacterUses } from "../io/characters";
import { Dialog } from "../ui/Dialog";
import { AssetDialog } from "./AssetDialog";

interface Props {
  project: string;
  /** null: a new one. */
  character: Character | null;
  close: () => void;
  changed: (character: Character) => void;
  gone?: (id: string) => void;
}

export function CharacterDialog({ project, character, close, changed, gone }: Props) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [picking, setPicking] = useState(false);
  const attempt = (work: Promise<Character>) => {
    setBusy(true);
    setRefusal(null);
    work
      .then(changed, (error: unknown) => setRefusal(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false));
  };
  return (
    <Dialog title={character ? character.name : "New character"} close={close}>
      <Words character={character} busy={busy} save={(words) => attempt(character ? io.changedCharacter(character.id, words) : io.newCharacter({ ...words, project_id: project }))} />
      {refusal && <p className="trouble" role="alert">{refusal}</p>}
      {character && (
        <section>
          <h3>Reference pictures</h3>
          <ul className="references">
            {character.references.map((one, index) => (
              <li key={one.asset_id ?? index}>
                <img src={one.thumbnail_url ?? ""} alt={`Reference ${index + 1}${one.best ? ", the best one" : ""}`} />
                {one.asset_id && <Remove name={`reference ${index + 1}`} act={() => attempt(io.withoutReference(character.id, one.asset_id ?? ""))} />}
              </li>
            ))}
            <li><button className="add-reference" disabled={busy} onClick={() => setPicking(true)} aria-label="Add a reference picture">{busy ? "…" : "+"}</button></li>
          </ul>
          {character.warnings.map((one) => <p key={one} className="hint">{one}</p>)}
          {character.baseline && <p className="hint">This server recognises faces by a simple method ({character.engine}): likeness is a rough guess.</p>}
        </section>
      )}
      {character && <Deleting character={character} gone={gone} />}
      {picking && character && (
        <AssetDialog title={`A picture of ${character.name}`} project={project} kinds={["image"]} close={() => setPicking(false)} pick={(id) => { setPicking(false); attempt(io.withReference(character.id, id)); }} />
      )}
    </Dialog>
  );
}

function Remove({ name, act }: { name: string; act: () => void }) {
  return <button className="remove" aria-label={`Remove ${name}`} onClick={act}>×</button>;
}

interface Said {
  name: string;
  description: string;
  tags: string[];
}

function Words({ character, busy, save }: { character: Character | null; busy: boolean; save: (words: Said) => void }) {
  const [name, setName] = useState(character?.name ?? "");
  const [description, setDescription] = useState(character?.description ?? "");
  const [tags, setTags] = useState(character?.tags.join(", ") ?? "");
  const said = { name: name.trim(), description: description.trim(), tags: tags.split(",").map((one) => one.trim()).filter(Boolean) };
  const same = character && said.name === character.name && said.description === character.description && said.tags.join() === character.tags.join();
  return (
    <form className="form" onSubmit={(event) => { event.preventDefault(); save(said); }}>
      <label>Name<input value={name} required maxLength={200} onChange={(event) => setName(event.target.value)} /></label>
      <label>Description<textarea rows={2} value={description} maxLength={2000} onChange={(event) => setDescription(event.target.value)} /></label>
      <label>Tags<input value={tags} placeholder="hero, autumn" onChange={(event) => setTags(event.target.value)} /></label>
      <button className="primary" disabled={busy || !said.name || same === true}>{character ? "Save" : "Create, then add pictures"}</button>
    </form>
  );
}

/** First it is said what that means. */
function Deleting({ character, gone }: { character: Character; gone?: ((id: string) => void) | undefined }) {
  const [uses, setUses] = useState<CharacterUses | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => void io.characterUses(character.id).then(setUses, () => setUses(null)), [character.id]);
  const remove = () =>
    io.deletedCharacter(character.id).then(
      () => gone?.(character.id),
      (error: unknown) => setRefusal(error instanceof Error ? error.message : String(error)),
    );
  const graphs = uses?.graphs.items ?? [];
  return (
    <details>
      <summary>Delete</summary>
      <p>{graphs.length ? `In ${graphs.map((one) => `“${one.name}”`).join(", ")}: these graphs will not run until that is changed.` : "No graph uses it."} What was made with it stays; its pictures stay in the gallery.</p>
      {refusal && <p className="trouble" role="alert">{refusal}</p>}
      <button className="danger" onClick={() => void remove()}>Delete this character</button>
    </details>
  );
}
