/** A field that holds an asset: what is chosen, and a dialog to choose or upload another. */
import { Suspense, lazy, useState } from "react";
import * as io from "../io/assets";
import { Thumb } from "../nodes/Thumb";
import { openViewer } from "../viewer/openViewer";
import { clipped } from "../viewer/words";
import type { MediaKind } from "./AssetDialog";
import { useFound } from "./found";

const AssetDialog = lazy(async () => ({ default: (await import("./AssetDialog")).AssetDialog }));

interface Props {
  /** Of the field, for its label. */
  id: string;
  /** What the dialog is headed with. */
  label: string;
  project: string;
  /** The id of the asset. */
  value: string | null;
  change: (id: string | null) => void;
  /** What fits; nothing: all media. */
  kinds?: readonly MediaKind[];
}

const ALL: readonly MediaKind[] = ["image", "video", "audio"];

export function AssetPicker({ id, label, project, value, change, kinds = ALL }: Props) {
  const [open, setOpen] = useState(false);
  const { thing: asset, missing } = useFound(value, io.asset, "asset");
  return (
    <div className="picker">
      {asset && <button className="value" onClick={() => openViewer(asset)} aria-label={`Look at ${asset.name}`}><Thumb thing={asset} wide={90} /></button>}
      {missing && <p className="trouble" role="alert">{missing}</p>}
      <button id={id} onClick={() => setOpen(true)}>{asset ? clipped(asset.name, 28) : value && !missing ? "Loading …" : "Choose …"}</button>
      {open && (
        <Suspense>
          <AssetDialog
            title={label}
            project={project}
            kinds={kinds}
            close={() => setOpen(false)}
            pick={(picked) => {
              setOpen(false);
              change(picked);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}
