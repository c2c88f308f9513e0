/** One asset is chosen out of all, or uploaded. */
import { useCallback, useState } from "react";
import * as io from "../io/assets";
import type { Asset } from "../io/assets";
import { Thumb } from "../nodes/Thumb";
import { Dialog } from "../ui/Dialog";
import { clipped, instead, kindOf } from "../viewer/words";
import { EVERYTHING, assetQuery } from "./filter";
import { UploadButton } from "./GalleryPage";
import { More } from "./More";
import { usePaged } from "./paging";
import { useUploading } from "./uploading";
import { UploadTray } from "./UploadTray";

export type MediaKind = "image" | "audio" | "video";

interface Props {
  title: string;
  project: string;
  kinds: readonly MediaKind[];
  close: () => void;
  pick: (id: string) => void;
}

export function AssetDialog({ title, project, kinds, close, pick }: Props) {
  const [text, setText] = useState("");
  const only = kinds.length === 1 ? kinds[0] : undefined;
  const load = useCallback(
    (cursor: string | null) => io.assets(assetQuery({ ...EVERYTHING, shelf: only ?? "all", text }, project, cursor)),
    [only, text, project],
  );
  const list = usePaged(load);
  const fits = (one: Asset) => kinds.some((kind) => kind === one.type);
  const bring = (files: readonly File[]) => useUploading.getState().bring(files, project, (one) => (fits(one) ? pick(one.id) : list.put(one)));
  const shown = list.items?.filter(fits) ?? [];
  return (
    <Dialog title={title} close={close} wide>
      <div className="gallery-head">
        <label className="searching">
          <span className="unseen">Search</span>
          <input type="search" value={text} placeholder="Words of the prompt, name or tags" onChange={(event) => setText(event.target.value)} />
        </label>
        <UploadButton bring={bring} />
      </div>
      <UploadTray />
      <ul className="pick-grid" aria-label="Assets" aria-busy={list.busy}>
        {shown.map((one) => (
          <li key={one.id}>
            <button onClick={() => pick(one.id)} aria-label={`${clipped(one.name, 60)}: ${instead(one)}`} title={instead(one)}>
              <Thumb thing={one} alt="" wide={140} />
              <small>{clipped(one.name, 24)}</small>
            </button>
          </li>
        ))}
      </ul>
      {list.items && !shown.length && !list.more && <p className="nothing">No {kinds.map((kind) => kindOf({ type: kind }).toLowerCase()).join(" or ")} fits. Upload one.</p>}
      <More {...list} />
    </Dialog>
  );
}
