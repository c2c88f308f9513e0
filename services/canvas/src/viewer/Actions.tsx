import { useState } from "react";
import { openCompare } from "../compare/openCompare";
import * as io from "../io/assets";
import type { Asset, Lineage } from "../io/assets";
import { useEditor } from "../store/editor";
import { useNotices } from "../store/notices";
import { useSession } from "../store/session";
import { tried } from "../ui/failing";
import { nodeFor } from "./asNode";
import { Deleting } from "./Deleting";
import type { Thing } from "./openViewer";
import { Placing, placeHere } from "./Placing";
import { parents } from "./useDetail";

interface Props {
  thing: Thing;
  asset: Asset | null;
  lineage: Lineage | null;
  project?: string | undefined;
  close: () => void;
  gone?: ((id: string) => void) | undefined;
}

/** What can be done with it. */
export function Actions({ thing, asset, lineage, project, close, gone }: Props) {
  const [asking, setAsking] = useState<"delete" | "place" | null>(null);
  const drawing = useEditor((state) => state.drawing);
  const own = useSession((state) => state.me?.default_project_id ?? "default");
  const source = parents(lineage).find((one) => one.type === thing.type)?.asset_id;
  const place = () => {
    if (!drawing) {
      setAsking("place");
      return;
    }
    placeHere(thing, drawing);
    close();
  };
  const removed = () => {
    if (asset) gone?.(asset.id);
    close();
  };
  return (
    <div className="actions">
      {asset && <a className="button primary" href={io.downloadUrl(asset.id)} download>Download</a>}
      {thing.type === "text" && <a className="button" href={asText(thing.text ?? "")} download="text.txt">Download</a>}
      {nodeFor(thing) && <button onClick={place}>Open in a new node</button>}
      {source && <button onClick={() => tried(io.asset(source).then((before) => openCompare(before, thing)))}>Compare with its source</button>}
      {thing.type === "text" && <button onClick={() => tried(copied(thing.text ?? ""))}>Copy</button>}
      {asset && <button className="danger" onClick={() => setAsking("delete")}>Delete …</button>}
      {asking === "delete" && asset && <Deleting asset={asset} close={() => setAsking(null)} done={removed} />}
      {asking === "place" && <Placing thing={thing} project={asset?.project_id ?? project ?? own} close={() => setAsking(null)} done={close} />}
    </div>
  );
}

function asText(text: string): string {
  return `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`;
}

async function copied(text: string): Promise<void> {
  if (!window.isSecureContext) throw new Error("Over http the browser does not let this page copy. Select the text, and copy it yourself.");
  await navigator.clipboard.writeText(text);
  useNotices.getState().say("Copied.");
}
