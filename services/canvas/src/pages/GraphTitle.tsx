import { useEditor } from "../store/editor";
import type { Saving } from "../store/editor";

const WORDS: Record<Saving, string> = { saved: "Saved", saving: "Saving …", away: "Not saved yet: the server does not answer" };

/** The name of the graph, to be changed in place, whether it is saved, and the way back. */
export function GraphTitle() {
  const name = useEditor((state) => state.drawing?.name ?? "");
  const saving = useEditor((state) => state.saving);
  const past = useEditor((state) => state.history.past.at(-1)?.name);
  const future = useEditor((state) => state.history.future[0]?.name);
  const { edit, undo, redo } = useEditor.getState();
  const rename = (text: string) => {
    if (text.trim() && text !== name) edit("Rename", [{ op: "describe", name: text.trim() }]);
  };
  return (
    <>
      <input
        key={name}
        className="graph-name"
        aria-label="Name of the graph"
        defaultValue={name}
        maxLength={200}
        onBlur={(event) => rename(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
        }}
      />
      <button className="quiet" onClick={undo} disabled={!past} aria-label={past ? `Undo: ${past}` : "Undo"} title={past && `Undo: ${past}`}>↶</button>
      <button className="quiet" onClick={redo} disabled={!future} aria-label={future ? `Redo: ${future}` : "Redo"} title={future && `Redo: ${future}`}>↷</button>
      <span className={`saving saving-${saving}`} role="status">{WORDS[saving]}</span>
    </>
  );
}
