import { useState } from "react";
import * as io from "../io/graphs";
import { go } from "../route";
import { useEditor } from "../store/editor";
import type { Saving } from "../store/editor";
import { useShell } from "../store/shell";
import { saveAs } from "../ui/saveAs";
import { tried } from "../ui/failing";
import { Icon } from "../ui/Icon";
import { Menu } from "../ui/Menu";
import type { Item } from "../ui/Menu";
import { DeleteDialog } from "./DeleteDialog";

const WORDS: Record<Saving, string> = { saved: "Saved", saving: "Saving …", away: "Not saved yet: the server does not answer. Your edits are kept here." };
const SHORT: Record<Saving, string> = { saved: "Saved", saving: "Saving …", away: "Not saved yet" };

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
      <GraphMenu name={name} />
      <button className="quiet" onClick={undo} disabled={!past} aria-label={past ? `Undo: ${past}` : "Undo"} title={past && `Undo: ${past} (Ctrl+Z)`}><Icon name="undo" /></button>
      <button className="quiet" onClick={redo} disabled={!future} aria-label={future ? `Redo: ${future}` : "Redo"} title={future && `Redo: ${future} (Ctrl+Shift+Z)`}><Icon name="redo" /></button>
      <span className={`saving saving-${saving}`} role="status" title={WORDS[saving]}>{SHORT[saving]}</span>
    </>
  );
}

function GraphMenu({ name }: { name: string }) {
  const [at, setAt] = useState<{ x: number; y: number } | null>(null);
  const [deleting, setDeleting] = useState(false);
  const graph = useEditor((state) => state.drawing);
  if (!graph) return null;
  return (
    <>
      <button
        className="quiet"
        aria-haspopup="menu"
        aria-label="What can be done with the graph"
        onClick={(event) => {
          const { left, bottom } = event.currentTarget.getBoundingClientRect();
          setAt({ x: left, y: bottom + 4 });
        }}
      >
        <Icon name="more" />
      </button>
      {at && <Menu title="Graph" at={at} items={items(graph.id, name, () => setDeleting(true))} close={() => setAt(null)} />}
      {deleting && <DeleteDialog graph={graph.id} name={name} close={() => setDeleting(false)} gone={() => go({ page: "home", project: graph.project_id })} />}
    </>
  );
}

function items(id: string, name: string, remove: () => void): Item[] {
  const copy = async () => {
    const graph = await io.duplicated(id);
    go({ page: "graph", graph: graph.id, run: null });
  };
  const save = async (format: "workflow" | "react-flow") => {
    saveAs(`${name || "workflow"}${format === "workflow" ? "" : ".flow"}.json`, JSON.stringify(await io.exported(id, format), null, 2));
  };
  return [
    { name: "History", act: () => useShell.getState().show("history") },
    { name: "Duplicate the graph", first: true, act: () => tried(copy()) },
    { name: "Download the workflow", act: () => tried(save("workflow")) },
    { name: "Download for React Flow", act: () => tried(save("react-flow")) },
    { name: "Keys", keys: "?", first: true, act: () => useShell.getState().show("help") },
    { name: "Delete the graph", danger: true, first: true, act: remove },
  ];
}
