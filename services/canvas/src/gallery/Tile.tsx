import { Sound } from "../nodes/Sound";
import { Thumb } from "../nodes/Thumb";
import type { Asset } from "../io/assets";
import { address } from "../route";
import { clipped, instead, playing } from "../viewer/words";

interface Props {
  asset: Asset;
  project: string;
  chosen: boolean;
  choose: (asset: Asset) => void;
  restore: (asset: Asset) => void;
}

const HEIGHT = 190;

/** One of many: as wide as its picture wants to be. */
export function Tile({ asset, project, chosen, choose, restore }: Props) {
  const ratio = asset.type === "audio" ? 1.6 : Math.min(3, Math.max(0.5, (asset.width ?? 4) / (asset.height ?? 3)));
  const name = clipped(asset.name, 80);
  return (
    <li className={`tile-shot tile-${asset.type}`} data-chosen={chosen} style={{ flexGrow: ratio, flexBasis: ratio * HEIGHT }}>
      {asset.deleted_at ? (
        <Gone asset={asset} restore={restore} />
      ) : (
        <>
          <a href={address({ page: "gallery", project, asset: asset.id })} data-asset={asset.id} aria-label={`${name}: ${instead(asset)}`}>
            {asset.type === "audio" ? <Wave asset={asset} /> : <Thumb thing={asset} alt="" wide={ratio * HEIGHT} />}
            <span className="caption" aria-hidden>{clipped(asset.prompt ?? asset.name, 90)}</span>
          </a>
          {asset.type === "audio" && <Sound thing={{ ...asset, thumbnail_url: null }} name={name} />}
          <label className="choose">
            <input type="checkbox" checked={chosen} onChange={() => choose(asset)} aria-label={`Choose ${name}`} />
          </label>
        </>
      )}
    </li>
  );
}

function Wave({ asset }: { asset: Asset }) {
  return (
    <span className="thumb wave-shot">
      {asset.thumbnail_url && <img src={asset.thumbnail_url} alt="" loading="lazy" draggable={false} />}
      <small aria-hidden>{playing(asset.duration_s ?? 0)}</small>
    </span>
  );
}

/** Its bytes are out of reach until it is had back. */
function Gone({ asset, restore }: { asset: Asset; restore: (asset: Asset) => void }) {
  return (
    <div className="gone">
      <b>{clipped(asset.name, 60)}</b>
      {asset.prompt && <small>{clipped(asset.prompt, 90)}</small>}
      <button onClick={() => restore(asset)} aria-label={`Restore ${asset.name}`}>Restore</button>
    </div>
  );
}
