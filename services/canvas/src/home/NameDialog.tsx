import { useState } from "react";
import type { SyntheticEvent } from "react";
import { Dialog } from "../ui/Dialog";

interface Props {
  title: string;
  name?: string;
  close: () => void;
  /** What it throws is said here. */
  take: (name: string) => Promise<void>;
}

/** Ask for a name. */
export function NameDialog({ title, name = "", close, take }: Props) {
  const [text, setText] = useState(name);
  const [refusal, setRefusal] = useState<string | null>(null);
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    try {
      await take(text.trim());
      close();
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Dialog title={title} close={close}>
      <form className="asking" onSubmit={(event) => void submit(event)}>
        <label>Name <input autoFocus required maxLength={200} value={text} onChange={(event) => setText(event.target.value)} onFocus={(event) => event.target.select()} /></label>
        {refusal && <p className="trouble" role="alert">{refusal}</p>}
        <button className="primary" disabled={!text.trim()}>OK</button>
      </form>
    </Dialog>
  );
}
