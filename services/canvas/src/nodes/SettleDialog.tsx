/** What became of a request of which it cannot be known: only a person can find out. */
import { useState } from "react";
import type { Settling } from "../io/runs";
import type { NodeView } from "../run/view";
import { settle } from "../runbar/commands";
import { Dialog } from "../ui/Dialog";
import { OverAll } from "../ui/OverAll";
import { nameOf } from "./names";

interface Props {
  run: string;
  node: string;
  error: NonNullable<NodeView["error"]>;
  close: () => void;
}

export function SettleDialog({ run, node, error, close }: Props) {
  const [job, setJob] = useState("");
  const [refusal, setRefusal] = useState("");
  const [busy, setBusy] = useState(false);
  const act = async (how: Settling) => {
    setBusy(true);
    try {
      await settle(run, node, how);
      close();
    } catch (reason) {
      setRefusal(reason instanceof Error ? reason.message : String(reason));
      setBusy(false);
    }
  };
  return (
    <OverAll>
      <Dialog title={`What became of ${nameOf(node)}?`} close={close}>
        <div className="asking">
          <p>{error.message}</p>
          <p>Look into your account at {error.provider ?? "the provider"}, then say what you found:</p>
          <button disabled={busy} onClick={() => void act({ action: "resubmit" })}><b>It was not made.</b> Ask again, and pay for that</button>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void act({ action: "adopt", handle: job.trim() });
            }}
          >
            <label><b>It was made.</b> The provider calls it <input value={job} maxLength={500} placeholder="id of the job" onChange={(event) => setJob(event.target.value)} /></label>
            <button disabled={busy || !job.trim()}>Take it over</button>
          </form>
          <button disabled={busy} onClick={() => void act({ action: "fail" })}><b>I do not know.</b> Count it as failed</button>
          {refusal && <p className="trouble" role="alert">{refusal}</p>}
        </div>
      </Dialog>
    </OverAll>
  );
}
