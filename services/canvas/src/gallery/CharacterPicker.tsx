/** A field that holds a character: who is chosen, and a dialog to choose or make another. */
import { Suspense, lazy, useEffect, useState } from "react";
import { Refused } from "../api/client";
import * as io from "../io/characters";
import type { Character } from "../io/characters";

const PersonDialog = lazy(async () => ({ default: (await import("./PersonDialog")).PersonDialog }));

interface Props {
  /** Of the field, for its label. */
  id: string;
  /** What the dialog is headed with. */
  label: string;
  project: string;
  /** The id of the character. */
  value: string | null;
  change: (id: string | null) => void;
}

export function CharacterPicker({ id, label, project, value, change }: Props) {
  const [open, setOpen] = useState(false);
  const { character, missing } = useCharacter(value);
  const best = character?.references.find((one) => one.best) ?? character?.references[0];
  return (
    <div className="picker">
      {best?.thumbnail_url && <img src={best.thumbnail_url} alt="" />}
      {missing && <p className="trouble" role="alert">{missing}</p>}
      <button id={id} onClick={() => setOpen(true)}>{character?.name ?? (value && !missing ? "Loading …" : "Choose …")}</button>
      {open && (
        <Suspense>
          <PersonDialog
            title={label}
            project={project}
            value={value}
            close={() => setOpen(false)}
            pick={(picked) => {
              setOpen(false);
              change(picked);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}

interface Known {
  id: string | null;
  character: Character | null;
  missing: string | null;
}

function useCharacter(id: string | null): Known {
  const [known, setKnown] = useState<Known>({ id: null, character: null, missing: null });
  useEffect(() => {
    if (!id) return;
    let there = true;
    io.character(id).then(
      (character) => there && setKnown({ id, character, missing: null }),
      (error: unknown) => there && setKnown({ id, character: null, missing: why(error) }),
    );
    return () => {
      there = false;
    };
  }, [id]);
  return known.id === id ? known : { id, character: null, missing: null };
}

function why(error: unknown): string {
  if (error instanceof Refused && error.status === 404) return "This character is not there: it was deleted, or belongs to somebody else. Choose another.";
  return error instanceof Error ? error.message : String(error);
}
