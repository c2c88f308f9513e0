import { useState } from "react";
import type { Graph } from "../graph/model";
import * as io from "../io/graphs";
import { DeleteDialog } from "../pages/DeleteDialog";
import { address } from "../route";
import { tried } from "../ui/failing";
import { Icon } from "../ui/Icon";
import { Menu } from "../ui/Menu";
import { NameDialog } from "./NameDialog";

interface Asked {
  what: "menu" | "rename" | "delete";
  graph: Graph;
  at: { x: number; y: number };
}

/** The graphs of a project, the last changed first. */
export function Graphs({ graphs, changed }: { graphs: readonly Graph[]; changed: () => void }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  return (
    <section aria-label="Graphs">
      <h2>Graphs</h2>
      <ul className="tiles">
        {graphs.toSorted((a, b) => b.updated_at.localeCompare(a.updated_at)).map((graph) => (
          <Tile key={graph.id} graph={graph} ask={(at) => setAsked({ what: "menu", graph, at })} />
        ))}
      </ul>
      {asked?.what === "menu" && (
        <Menu
          title={asked.graph.name}
          at={asked.at}
          close={close}
          items={[
            { name: "Rename", act: () => setAsked({ ...asked, what: "rename" }) },
            { name: "Duplicate", act: () => tried(io.duplicated(asked.graph.id).then(changed)) },
            { name: "Delete", danger: true, first: true, act: () => setAsked({ ...asked, what: "delete" }) },
          ]}
        />
      )}
      {asked?.what === "rename" && (
        <NameDialog title="Rename the graph" name={asked.graph.name} close={close} take={async (name) => {
            await io.renamed(asked.graph.id, name);
            changed();
          }} />
      )}
      {asked?.what === "delete" && <DeleteDialog graph={asked.graph.id} name={asked.graph.name} close={close} gone={changed} />}
    </section>
  );
}

function Tile({ graph, ask }: { graph: Graph; ask: (at: { x: number; y: number }) => void }) {
  const picture = pictureOf(graph);
  return (
    <li className="graph-tile">
      <a className="tile" href={address({ page: "graph", graph: graph.id, run: null })}>
        {picture ? <img src={picture} alt="" loading="lazy" /> : <Plan graph={graph} />}
        <b>{graph.name}</b>
        <small>{graph.nodes.length === 1 ? "1 node" : `${graph.nodes.length} nodes`} · {new Date(graph.updated_at).toLocaleString()}</small>
      </a>
      <button
        className="quiet"
        aria-haspopup="menu"
        aria-label={`What can be done with ${graph.name}`}
        onClick={(event) => {
          const { left, bottom } = event.currentTarget.getBoundingClientRect();
          ask({ x: left, y: bottom + 4 });
        }}
      >
        <Icon name="more" />
      </button>
    </li>
  );
}

const MOST_DRAWN = 300;
/** A few nodes are not drawn larger than many. */
const LEAST = { width: 1200, height: 600 };
const NODE = { width: 240, height: 140 };

/** Where its nodes lie, as long as there is nothing else to be seen of it. */
function Plan({ graph }: { graph: Graph }) {
  const nodes = graph.nodes.slice(0, MOST_DRAWN);
  const [xs, ys] = [nodes.map((one) => one.position.x), nodes.map((one) => one.position.y)];
  if (!nodes.length) return <svg aria-hidden />;
  const [left, right] = [Math.min(...xs), Math.max(...xs) + NODE.width];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys) + NODE.height];
  const [width, height] = [Math.max(LEAST.width, (right - left) * 1.15), Math.max(LEAST.height, (bottom - top) * 1.3)];
  return (
    <svg className="plan" viewBox={`${(left + right - width) / 2} ${(top + bottom - height) / 2} ${width} ${height}`} aria-hidden>
      {nodes.map((one) => <rect key={one.id} className={`map-${one.outputs[0]?.type ?? "any"}`} {...one.position} {...NODE} rx={24} />)}
    </svg>
  );
}

/** The last thing to be seen that it made. */
function pictureOf(graph: Graph): string | null {
  const values = graph.nodes.flatMap((node) => Object.values(node.last?.outputs ?? {}).flat());
  const seen = values.filter((one) => one.type === "image" || one.type === "video").at(-1);
  return seen ? (seen.thumbnail_url ?? seen.poster_url ?? null) : null;
}
