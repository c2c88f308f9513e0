import { useState } from "react";
import * as io from "../io/graphs";
import { useNotices } from "../store/notices";
import { Dialog } from "../ui/Dialog";

interface Props {
  graph: string;
  name: string;
  close: () => void;
  /** It is deleted. */
  gone: () => void;
}

export function DeleteDialog({ graph, name, close, gone }: Props) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const remove = async () => {
    setBusy(true);
    try {
      await io.removed(graph);
      useNotices.getState().say(`“${name}” is deleted.`);
      close();
      gone();
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  const actions = (
    <>
      <button onClick={close}>Keep it</button>
      <button className="primary danger" disabled={busy} onClick={() => void remove()}>Delete</button>
    </>
  );
  return (
    <Dialog title={`Delete “${name}”?`} close={close} actions={actions}>
      <p>Its nodes and wires go. What it made stays in the gallery, and its runs stay in the log.</p>
      {refusal && <p className="trouble" role="alert">{refusal}</p>}
    </Dialog>
  );
}
