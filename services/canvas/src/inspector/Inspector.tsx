/** What is chosen, and how it is set. */
import { useState } from "react";
import { bypass, duplicate, removeChosen, rename } from "../canvas/commands";
import { called } from "../graph/model";
import type { GraphNode } from "../graph/model";
import { prices } from "../run/words";
import { regenerate, runNode } from "../runbar/commands";
import { useEstimate } from "../runbar/estimate";
import { useEditor } from "../store/editor";
import { Tape } from "../tape/Tape";
import { tried } from "../ui/failing";
import { PinForm } from "./PinForm";
import { Settings, Strays } from "./Settings";
import { Several } from "./Several";

export function Inspector() {
  const drawing = useEditor((state) => state.drawing);
  const selected = useEditor((state) => state.selected);
  const [first] = selected;
  const node = selected.size === 1 && first !== undefined ? drawing?.nodes.get(first) : undefined;
  return (
    <aside className="inspector" aria-label="Settings" hidden={!selected.size}>
      {selected.size > 1 && <Several count={selected.size} />}
      {node && <One key={node.id} node={node} />}
      {selected.size === 1 && !node && first !== undefined && <PinForm key={first} id={first} />}
    </aside>
  );
}

function One({ node }: { node: GraphNode }) {
  const catalogue = useEditor((state) => state.catalogue);
  const kind = catalogue.get(node.type);
  const [tab, setTab] = useState<"settings" | "history">("settings");
  return (
    <>
      <input
        id="node-title"
        className="node-title"
        key={node.title ?? ""}
        aria-label="Name of the node"
        defaultValue={node.title ?? ""}
        placeholder={called({ ...node, title: null }, catalogue)}
        maxLength={200}
        onBlur={(event) => rename(node.id, event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
        }}
      />
      <p className="hint">{kind ? kind.help : `This server knows no node type “${node.type}”. It is kept as it is, and cannot run.`}</p>
      {kind && <Acts node={node} generative={kind.generative} />}
      <div role="tablist" className="tabs" aria-label="About the node">
        {(["settings", "history"] as const).map((name) => (
          <button key={name} role="tab" id={`tab-${name}`} aria-selected={tab === name} aria-controls="tab-panel" onClick={() => setTab(name)}>
            {name === "settings" ? "Settings" : "History"}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`}>
        {tab === "history" ? <Tape node={node} /> : kind ? <Settings node={node} kind={kind} /> : <Strays node={node} kind={undefined} />}
      </div>
    </>
  );
}

function Acts({ node, generative }: { node: GraphNode; generative: boolean }) {
  const estimate = useEstimate(node.id);
  return (
    <div className="acts">
      <button className="primary" onClick={() => tried(runNode(node.id))}>
        Run to here {estimate && <small>{prices(estimate.low, estimate.high)}</small>}
      </button>
      {generative && <button onClick={() => tried(regenerate(node.id))} title="Make another one, with a seed of its own">New variation</button>}
      <button aria-pressed={node.bypassed} onClick={bypass} title="What is bypassed hands on what it is given (B)">Bypass</button>
      <button className="quiet" onClick={duplicate} title="Ctrl+D">Duplicate</button>
      <button className="quiet danger" onClick={removeChosen} title="Del">Delete</button>
    </div>
  );
}
