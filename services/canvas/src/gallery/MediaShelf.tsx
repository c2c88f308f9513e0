/** Images, videos and sounds. */
import { useCallback, useEffect } from "react";
import * as io from "../io/assets";
import type { Asset } from "../io/assets";
import { go } from "../route";
import { useNotices } from "../store/notices";
import { tried } from "../ui/failing";
import { Look } from "../viewer/Viewer";
import { assetQuery, narrowed } from "./filter";
import type { Filter } from "./filter";
import { useArrivals } from "./live";
import { More } from "./More";
import { usePaged } from "./paging";
import { Tile } from "./Tile";

interface Props {
  project: string;
  filter: Filter;
  /** The one that is shown large. */
  asset: string | null;
  chosen: readonly Asset[];
  choose: (asset: Asset) => void;
  learn: (items: readonly Asset[]) => void;
  clear: () => void;
}

/** Uploads, and what nodes make. */
const ADDED = ["asset_added", "node_completed"];

export function MediaShelf({ project, filter, asset, chosen, choose, learn, clear }: Props) {
  const load = useCallback((cursor: string | null) => io.assets(assetQuery(filter, project, cursor)), [filter, project]);
  const list = usePaged(load);
  const { items, refresh, put, drop } = list;
  useArrivals(project, ADDED, refresh);
  useEffect(() => learn(items ?? []), [items, learn]);
  const restore = (one: Asset) =>
    tried(
      io.restored(one.id).then(() => {
        drop(one.id);
        useNotices.getState().say(`${one.name} is restored.`);
      }),
    );
  const show = (id: string | null) => go({ page: "gallery", project, asset: id });
  const ids = new Set(chosen.map((one) => one.id));
  return (
    <>
      <ul className="shots" aria-label="Assets" aria-busy={list.busy}>
        {items?.map((one) => <Tile key={one.id} asset={one} project={project} chosen={ids.has(one.id)} choose={choose} restore={restore} />)}
        <li className="shots-end" aria-hidden />
      </ul>
      {items?.length === 0 && <Nothing filter={filter} clear={clear} />}
      <More {...list} />
      {asset && (
        <Look
          thing={items?.find((one) => one.id === asset) ?? null}
          id={asset}
          among={items ?? []}
          show={(thing) => show(thing.asset_id ?? null)}
          open={show}
          close={() => show(null)}
          project={project}
          told={put}
          gone={drop}
        />
      )}
    </>
  );
}

function Nothing({ filter, clear }: { filter: Filter; clear: () => void }) {
  if (filter.deleted) return <p className="nothing">Nothing that was deleted can be restored.</p>;
  if (!narrowed(filter)) return <p className="nothing">Nothing here yet. Run a graph, or drop files here.</p>;
  return (
    <p className="nothing">
      Nothing fits these filters. <button onClick={clear}>Show everything</button>
    </p>
  );
}
