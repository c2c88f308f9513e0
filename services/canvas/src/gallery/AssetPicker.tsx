/** A field that holds an asset: what is chosen, and a dialog to choose or upload another. */
import { Suspense, lazy, useEffect, useState } from "react";
import { Refused } from "../api/client";
import * as io from "../io/assets";
import type { Asset } from "../io/assets";
import { Thumb } from "../nodes/Thumb";
import { openViewer } from "../viewer/openViewer";
import { clipped } from "../viewer/words";
import type { MediaKind } from "./AssetDialog";

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
  const { asset, missing } = useAsset(value);
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

interface Known {
  id: string | null;
  asset: Asset | null;
  missing: string | null;
}

function useAsset(id: string | null): Known {
  const [known, setKnown] = useState<Known>({ id: null, asset: null, missing: null });
  useEffect(() => {
    if (!id) return;
    let there = true;
    io.asset(id).then(
      (asset) => there && setKnown({ id, asset, missing: null }),
      (error: unknown) => there && setKnown({ id, asset: null, missing: why(error) }),
    );
    return () => {
      there = false;
    };
  }, [id]);
  return known.id === id ? known : { id, asset: null, missing: null };
}

function why(error: unknown): string {
  if (error instanceof Refused && error.status === 404) return "This asset is not there: it was deleted, or belongs to somebody else. Choose another.";
  return error instanceof Error ? error.message : String(error);
}
