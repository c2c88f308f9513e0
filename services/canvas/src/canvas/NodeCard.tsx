/** A node: what it is, its ports, what it made, how it goes. */
import { Handle, Position, useStore } from "@xyflow/react";
import type { Node, NodeProps } from "@xyflow/react";
import { memo } from "react";
import type { KeyboardEvent } from "react";
import { inputsOf } from "../graph/connect";
import type { GraphNode } from "../graph/model";
import { called } from "../graph/model";
import { Body } from "../nodes/Body";
import { State } from "../nodes/State";
import { useEditor } from "../store/editor";
import { shown, useRunning } from "../store/running";

export type CardNode = Node<{ node: GraphNode }, "card">;
const FAR = 0.35;

export const NodeCard = memo(function NodeCard({ data, selected }: NodeProps<CardNode>) {
  const { node } = data;
  const catalogue = useEditor((state) => state.catalogue);
  const far = useStore((state) => state.transform[2] < FAR);
  const run = useRunning((state) => shown(state)?.nodes.get(node.id));
  const kind = catalogue.get(node.type);
  const inputs = inputsOf(node, catalogue);
  const state = run?.state ?? "idle";
  return (
    <article className={`card card-${kind?.category ?? "unknown"} is-${state}`} data-selected={selected} data-bypassed={node.bypassed}>
      <header>
        <h3>{called(node, catalogue)}</h3>
        <State run={run} />
      </header>
      {!kind && <p className="lost">This server knows no node type “{node.type}”. It is kept as it is.</p>}
      {!far && <Body node={node} kind={kind} run={run} />}
      <div className="ports">
        <ul>
          {inputs.map((port) => (
            <li key={port.name} className={`port port-${port.type}`}>
              <Handle
                type="target"
                position={Position.Left}
                id={port.name}
                role="button"
                tabIndex={0}
                aria-label={`Input ${port.name} of ${called(node, catalogue)}, takes ${port.type}`}
                onKeyDown={pressed}
              />
              {port.name}
              {port.many && <span aria-hidden>*</span>}
            </li>
          ))}
        </ul>
        <ul className="outputs">
          {node.outputs.map((port) => (
            <li key={port.name} className={`port port-${port.type}`}>
              {port.name}
              <Handle
                type="source"
                position={Position.Right}
                id={port.name}
                role="button"
                tabIndex={0}
                aria-label={`Output ${port.name} of ${called(node, catalogue)}, gives ${port.type}`}
                onKeyDown={pressed}
              />
            </li>
          ))}
        </ul>
      </div>
      {run && run.state === "running" && (
        <progress value={run.progress} max={1} aria-label={`${called(node, catalogue)}: ${Math.round(run.progress * 100)} %`} />
      )}
    </article>
  );
});

/** Wires are drawn from the keyboard, too: Enter on one port, then Enter on another. */
function pressed(event: KeyboardEvent<HTMLDivElement>): void {
  if (event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  event.stopPropagation();
  event.currentTarget.click();
}
