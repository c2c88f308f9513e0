/** A key of one's own for a provider: it is sent once, and never shown again. */
import { useState } from "react";
import type { SyntheticEvent } from "react";
import { newAccount } from "../io/accounts";
import { useNotices } from "../store/notices";
import { Dialog } from "../ui/Dialog";
import { OverAll } from "../ui/OverAll";
import { tried } from "../ui/failing";

interface Props {
  provider: string | null;
  close: () => void;
  /** When it was taken. */
  then: () => Promise<void>;
}

export function KeyDialog({ provider, close, then }: Props) {
  const [refusal, setRefusal] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async (form: FormData) => {
    setBusy(true);
    try {
      await newAccount(text(form, "provider"), text(form, "key"));
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error));
      return;
    } finally {
      setBusy(false);
    }
    useNotices.getState().say("The key is kept, and used from now on.");
    close();
    tried(then());
  };
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    void send(new FormData(event.currentTarget));
  };
  return (
    <OverAll>
      <Dialog title="A key for the provider" close={close}>
        <form className="asking" onSubmit={submit}>
          <label>Provider <input name="provider" required defaultValue={provider ?? ""} readOnly={provider !== null} /></label>
          <label>API key <input name="key" type="password" required autoComplete="off" autoFocus={provider !== null} /></label>
          <p className="hint">It is encrypted, sent only to this provider, and never shown again.</p>
          {refusal && <p className="trouble" role="alert">{refusal}</p>}
          <button className="primary" disabled={busy}>Keep it, and try again</button>
        </form>
      </Dialog>
    </OverAll>
  );
}

function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
}
