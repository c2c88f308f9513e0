/** What is known of an asset: itself, where it comes from, who uses it. */
import { useCallback, useEffect, useState } from "react";
import { Refused } from "../api/client";
import * as io from "../io/assets";
import type { Asset, Lineage, LineageNode, Uses } from "../io/assets";

export interface Detail {
  asset: Asset | null;
  lineage: Lineage | null;
  uses: Uses | null;
  /** Why it cannot be shown. */
  missing: string | null;
}

const UNKNOWN: Detail = { asset: null, lineage: null, uses: null, missing: null };
const FAR = 6;

/** null: it is no asset. */
export function useDetail(id: string | null): Detail & { tell: (asset: Asset) => void; again: () => void } {
  const [detail, setDetail] = useState<Detail & { of: string | null }>({ ...UNKNOWN, of: null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (id === null) return;
    let there = true;
    const learn = (part: Partial<Detail>) =>
      there && setDetail((before) => ({ ...(before.of === id ? before : UNKNOWN), ...part, of: id }));
    io.asset(id).then(
      (asset) => {
        learn({ asset, missing: null });
        io.lineage(id, "both", FAR).then((lineage) => learn({ lineage }), () => learn({ lineage: null }));
        io.uses(id).then((uses) => learn({ uses }), () => learn({ uses: null }));
      },
      (error: unknown) => learn({ missing: why(error) }),
    );
    return () => {
      there = false;
    };
  }, [id, turn]);
  const tell = useCallback((asset: Asset) => setDetail((before) => ({ ...before, asset })), []);
  const again = useCallback(() => setTurn((before) => before + 1), []);
  return { ...(detail.of === id ? detail : UNKNOWN), tell, again };
}

function why(error: unknown): string {
  if (error instanceof Refused && error.status === 404) return "It was deleted, or it belongs to somebody else.";
  return error instanceof Error ? error.message : String(error);
}

/** The step that made it. */
export function maker(lineage: Lineage | null): LineageNode | null {
  if (!lineage) return null;
  const id = lineage.edges.find((edge) => edge.to === `asset:${lineage.asset_id}`)?.from;
  return lineage.nodes.find((node) => node.id === id) ?? null;
}

/** The media that its maker got. */
export function parents(lineage: Lineage | null): LineageNode[] {
  const made = maker(lineage);
  if (!lineage || !made) return [];
  const ids = new Set(lineage.edges.filter((edge) => edge.to === made.id).map((edge) => edge.from));
  return lineage.nodes.filter((node) => node.kind === "asset" && !node.deleted && ids.has(node.id));
}
