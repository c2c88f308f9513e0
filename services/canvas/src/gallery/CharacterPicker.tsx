/** A field that holds a character: who is chosen, and a dialog to choose or make another. */
import { Suspense, lazy, useState } from "react";
import * as io from "../io/characters";
import { useFound } from "./found";

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
  const { thing: character, missing } = useFound(value, io.character, "character");
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
