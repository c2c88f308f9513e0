/** A node: what it is, its ports, what it made, how it goes. */
import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { called } from "../graph/model";
import { Body } from "../nodes/Body";
import { State } from "../nodes/State";
import { useEditor } from "../store/editor";
import { useRunning } from "../store/running";
import { Ports } from "./Ports";
import { SourceBody } from "./SourceBody";
import type { CardNode } from "./types";

/** They show what they bring in, whether or not it was run. */
const SOURCES = new Set(["asset", "character"]);

export const NodeCard = memo(function NodeCard({ data, selected }: NodeProps<CardNode>) {
  const { node, lost } = data;
  const kind = useEditor((state) => state.catalogue.get(node.type));
  const name = useEditor((state) => called(node, state.catalogue));
  const run = useRunning((state) => state.view?.nodes.get(node.id));
  const broken = lost.inputs.length + lost.outputs.length > 0;
  return (
    <article className={`card card-${kind?.category ?? "unknown"} is-${run?.state ?? "idle"}`} data-selected={selected} data-bypassed={node.bypassed}>
      <header>
        <h2 title={name}>{name}</h2>
        {node.bypassed && <span className="state">bypassed</span>}
        <State run={run} node={node.id} name={name} />
      </header>
      {!kind && <p className="lost">This server knows no node type “{node.type}”. The node is kept as it is, and cannot run.</p>}
      {kind && broken && <p className="lost">A wire leads to a port that is no longer there. It is kept; take it off, or connect it anew.</p>}
      {SOURCES.has(node.type) ? <SourceBody node={node} /> : <Body node={node} kind={kind} run={run} />}
      <Ports node={node} name={name} lost={lost} />
      {run && run.state === "running" && (
        <progress value={run.progress} max={1} aria-label={`${name}: ${Math.round(run.progress * 100)} %`} />
      )}
    </article>
  );
});
