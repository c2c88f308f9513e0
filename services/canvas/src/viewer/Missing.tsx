import { useState } from "react";
import * as io from "../io/assets";

/** It is not there: why, and what can be done. */
export function Missing({ id, why, again }: { id: string; why: string; again: () => void }) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const restore = () => {
    io.restored(id).then(again, (error: unknown) => setRefusal(error instanceof Error ? error.message : String(error)));
  };
  return (
    <div className="stage-broken" role="alert">
      <h3>There is no such asset.</h3>
      <p>{why}</p>
      <p className="hint">{id}</p>
      {refusal ? <p className="trouble">{refusal}</p> : <button onClick={restore}>Restore it, if it was deleted</button>}
    </div>
  );
}
