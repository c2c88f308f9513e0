/** One character is chosen out of all, or made. */
import { useCallback, useState } from "react";
import * as io from "../io/characters";
import type { Character } from "../io/characters";
import { Dialog } from "../ui/Dialog";
import { CharacterDialog } from "./CharacterDialog";
import { Person } from "./CharacterShelf";
import { More } from "./More";
import { usePaged } from "./paging";

interface Props {
  title: string;
  project: string;
  value: string | null;
  close: () => void;
  pick: (id: string) => void;
}

export function PersonDialog({ title, project, value, close, pick }: Props) {
  const load = useCallback(
    (cursor: string | null) => io.characters({ project_id: project, limit: 60, ...(cursor && { cursor }) }),
    [project],
  );
  const list = usePaged(load);
  const [made, setMade] = useState<Character | "new" | null>(null);
  return (
    <Dialog title={title} close={close} wide>
      <ul className="people" aria-label="Characters" aria-busy={list.busy}>
        <li><button className="person person-new" onClick={() => setMade("new")}><span aria-hidden>+</span><b>New character</b></button></li>
        {list.items?.map((one) => <li key={one.id}><Person character={one} chosen={one.id === value} press={() => pick(one.id)} /></li>)}
      </ul>
      <More {...list} />
      {made && (
        <CharacterDialog
          project={project}
          character={made === "new" ? null : made}
          close={() => setMade(null)}
          changed={(one) => {
            list.put(one);
            setMade(one);
          }}
          gone={(id) => {
            list.drop(id);
            setMade(null);
          }}
        />
      )}
    </Dialog>
  );
}
