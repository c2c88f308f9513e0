/** Delete an asset: first it is said what that means. */
import { useEffect, useState } from "react";
import * as io from "../io/assets";
import type { Asset, Uses } from "../io/assets";
import { Dialog } from "../ui/Dialog";
import { serverNow } from "../store/live";
import { useNotices } from "../store/notices";
import { when } from "./words";

export function Deleting({ asset, close, done }: { asset: Asset; close: () => void; done: () => void }) {
  const [uses, setUses] = useState<Uses | null>(null);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const fail = (error: unknown) => setRefusal(error instanceof Error ? error.message : String(error));
  useEffect(() => void io.uses(asset.id).then(setUses, fail), [asset.id]);
  const remove = async () => {
    setBusy(true);
    try {
      const { restorable_until } = await io.deleted(asset.id);
      useNotices.getState().say(`${asset.name} is deleted. It can be restored until ${when(restorable_until, serverNow())}.`);
      done();
    } catch (error) {
      fail(error);
      setBusy(false);
    }
  };
  const actions = (
    <>
      <button onClick={close}>Keep it</button>
      <button className="danger" disabled={!uses || busy} onClick={() => void remove()}>{busy ? "Deleting …" : "Delete"}</button>
    </>
  );
  return (
    <Dialog title={`Delete ${asset.name}?`} close={close} actions={actions}>
      {refusal && <p className="trouble" role="alert">{refusal}</p>}
      {!uses && !refusal && <p role="status">Looking what uses it …</p>}
      {uses && <Effect uses={uses} />}
      <p className="hint">It disappears from the gallery, from downloads and from every page that shows it. It can be restored for a while: Filters, Deleted.</p>
    </Dialog>
  );
}

function Effect({ uses }: { uses: Uses }) {
  const { graphs, characters, executions, recipes } = uses;
  const runs = new Set(executions.items.filter((one) => one.how !== "made" && one.how !== "shown").map((one) => one.execution_id));
  if (!graphs.count && !characters.count && !runs.size && !recipes.length) return <p>Nothing uses it.</p>;
  return (
    <ul className="effect">
      {graphs.items.map((one) => (
        <li key={one.id}>The graph “{one.name}” has it in {one.node_ids.length === 1 ? "a node" : `${one.node_ids.length} nodes`}: it will not run until that is changed.</li>
      ))}
      {characters.items.map((one) => <li key={one.id}>The character “{one.name}” loses it as a reference.</li>)}
      {runs.size > 0 && <li>{runs.size === 1 ? "One run" : `${runs.size} runs`} got it. What they made from it stays.</li>}
      {recipes.length > 0 && <li>Whoever asks for the same result again has it made, and paid, again.</li>}
    </ul>
  );
}
