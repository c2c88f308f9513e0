import { Handle, Position } from "@xyflow/react";
import type { KeyboardEvent } from "react";
import { inputsOf } from "../graph/connect";
import type { Lost } from "../graph/lost";
import type { GraphNode } from "../graph/model";
import { useEditor } from "../store/editor";
import { openWires, useWiring } from "./wiring";

interface Props {
  node: GraphNode;
  name: string;
  lost: Lost;
}
interface Port {
  name: string;
  type: string;
  many?: boolean;
  optional?: boolean;
}

const gone = (name: string): Port => ({ name, type: "lost" });

/** Where wires begin and end. Those that cannot take the wire that is being drawn step back. */
export function Ports({ node, name, lost }: Props) {
  const catalogue = useEditor((state) => state.catalogue);
  const fit = useWiring((state) => (state.fits ? state.fits.get(node.id) ?? NOTHING : null));
  const side = useWiring((state) => state.loose?.side);
  const dims = (port: string, end: "source" | "target") => fit !== null && (side === end || !fit.includes(port));
  return (
    <div className="ports" data-dim={fit === NOTHING}>
      <ul>
        {[...inputsOf(node, catalogue), ...lost.inputs.map(gone)].map((port) => (
          <PortRow key={port.name} node={node} name={name} port={port} end="target" dim={dims(port.name, "target")} />
        ))}
      </ul>
      <ul className="outputs">
        {[...node.outputs, ...lost.outputs.map(gone)].map((port) => (
          <PortRow key={port.name} node={node} name={name} port={port} end="source" dim={dims(port.name, "source")} />
        ))}
      </ul>
    </div>
  );
}

const NOTHING: readonly string[] = [];

interface RowProps {
  node: GraphNode;
  name: string;
  port: Port;
  end: "source" | "target";
  dim: boolean;
}

function PortRow({ node, name, port, end, dim }: RowProps) {
  const label = end === "target" ? `Input ${port.name} of ${name}, takes ${port.type}` : `Output ${port.name} of ${name}, gives ${port.type}`;
  const hint = port.type === "lost" ? "This port is no longer there." : `${port.type}${port.many ? ", several" : ""}${port.optional ? ", optional" : ""}`;
  return (
    <li className={`port port-${port.type}`} data-dim={dim} title={hint}>
      {end === "source" && port.name}
      <Handle
        type={end}
        position={end === "target" ? Position.Left : Position.Right}
        id={port.name}
        isConnectable={port.type !== "lost"}
        role="button"
        tabIndex={0}
        aria-label={port.type === "lost" ? `${label}, no longer there` : label}
        onKeyDown={(event) => pressed(event, node.id, port.name, end)}
      />
      {end === "target" && port.name}
      {port.many && <span aria-hidden>*</span>}
    </li>
  );
}

/** From the keyboard: Enter picks a wire up, Enter on another port puts it there; Space lists where it could go. */
function pressed(event: KeyboardEvent<HTMLDivElement>, node: string, port: string, side: "source" | "target"): void {
  if (event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  event.stopPropagation();
  const handle = event.currentTarget;
  if (event.key === "Enter") handle.click();
  else {
    const { right, bottom } = handle.getBoundingClientRect();
    openWires({ node_id: node, port, side }, { x: right, y: bottom });
  }
}
