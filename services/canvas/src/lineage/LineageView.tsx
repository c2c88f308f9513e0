/** Where a result comes from and what came of it, as a small graph: the assets can be opened. */
import { useEffect, useMemo, useRef } from "react";
import type { Lineage, LineageNode } from "../io/assets";
import { clipped, spelled } from "../viewer/words";
import { CELL, curve, laidOut } from "./layout";
import type { Placed } from "./layout";

export function LineageView({ lineage, open }: { lineage: Lineage; open: (id: string) => void }) {
  const plan = useMemo(() => laidOut(lineage), [lineage]);
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const here = plan.placed.find((one) => one.node.asset_id === lineage.asset_id);
    if (here) frame.current?.scrollTo(here.x - (frame.current.clientWidth - CELL.width) / 2, here.y - (frame.current.clientHeight - CELL.height) / 2);
  }, [plan, lineage.asset_id]);
  if (plan.placed.length < 2) return <p className="hint">Nothing led to it, and nothing was made from it.</p>;
  return (
    <>
      <div ref={frame} className="lineage" tabIndex={0} role="region" aria-label="Where it comes from, and what came of it">
        <div className="lineage-sheet" style={{ width: plan.width, height: plan.height }}>
          <svg width={plan.width} height={plan.height} aria-hidden>
            {plan.wires.map((wire) => <path key={wire.id} d={curve(wire)} />)}
          </svg>
          {plan.placed.map((one) => <Cell key={one.node.id} placed={one} here={one.node.asset_id === lineage.asset_id} open={open} />)}
        </div>
      </div>
      {lineage.truncated && <p className="hint">There is more than is shown here. Open one of these to go on from there.</p>}
    </>
  );
}

function Cell({ placed, here, open }: { placed: Placed; here: boolean; open: (id: string) => void }) {
  const { node, x, y } = placed;
  const place = { left: x, top: y, width: CELL.width, height: CELL.height };
  if (node.kind === "step")
    return (
      <div className="lineage-cell lineage-step" style={place} title={clipped(words(node), 600) || undefined}>
        <span>
          <b>{spelled(node.type ?? "step")}</b>
          <small>{node.model ?? clipped(words(node), 34)}</small>
        </span>
      </div>
    );
  const id = node.asset_id;
  const name = node.name ?? "asset";
  return (
    <div className="lineage-cell" style={place}>
      {node.deleted || !id ? (
        <span className="lineage-gone" title={name}>deleted</span>
      ) : (
        <button onClick={() => open(id)} aria-current={here || undefined} aria-label={`${here ? "This one: " : "Open "}${name}`} title={name}>
          <img src={`/media/${encodeURIComponent(id)}/thumbnail.webp`} alt="" loading="lazy" />
        </button>
      )}
    </div>
  );
}

function words(node: LineageNode): string {
  return node.prompt ?? node.texts?.join("\n") ?? "";
}
