/** What can be put on the canvas: by a click or a key in the middle of what is seen, or dragged where it is wanted. */
import { useMemo, useState } from "react";
import { addKind } from "../canvas/commands";
import { KIND } from "../canvas/dropping";
import type { Catalogue, NodeType } from "../graph/model";
import { useEditor } from "../store/editor";
import { favour, usePreferences } from "../store/preferences";

export function Palette() {
  const catalogue = useEditor((state) => state.catalogue);
  const favourites = usePreferences((state) => state.favourites);
  const recent = usePreferences((state) => state.recent);
  const [words, setWords] = useState("");
  const groups = useMemo(() => shelves(catalogue, words, favourites, recent), [catalogue, words, favourites, recent]);
  return (
    <aside className="palette" aria-label="Nodes">
      <input
        type="search"
        placeholder="Search nodes"
        aria-label="Search nodes"
        value={words}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={(event) => {
          const first = groups[0]?.kinds[0];
          if (event.key === "Enter" && words && first) addKind(first.name, null);
        }}
      />
      {groups.map(({ name, kinds }) => (
        <section key={name} aria-label={name}>
          <h2>{name}</h2>
          <ul>
            {kinds.map((kind) => <Kind key={kind.name} kind={kind} liked={favourites.includes(kind.name)} />)}
          </ul>
        </section>
      ))}
      {!groups.length && <p className="hint">Nothing is called “{words}”.</p>}
    </aside>
  );
}

function Kind({ kind, liked }: { kind: NodeType; liked: boolean }) {
  return (
    <li className={`kind-row port-${kind.outputs[0]?.type ?? kind.inputs[0]?.type ?? "any"}`}>
      <button
        className="kind"
        title={kind.available ? kind.help : `${kind.help} Nothing here can do it: no provider that does is configured.`}
        aria-disabled={!kind.available}
        draggable
        onDragStart={(event) => {
          event.dataTransfer.setData(KIND, kind.name);
          event.dataTransfer.effectAllowed = "copy";
        }}
        onClick={() => addKind(kind.name, null)}
      >
        {kind.title}
      </button>
      <button className="like" aria-pressed={liked} aria-label={`${kind.title} is a favourite`} title="Favourite" onClick={() => favour(kind.name)}>
        {liked ? "★" : "☆"}
      </button>
    </li>
  );
}

interface Shelf {
  name: string;
  kinds: readonly NodeType[];
}

/** Favourites and what was lately used come first, and stand at their own place as well. */
function shelves(catalogue: Catalogue, words: string, favourites: readonly string[], recent: readonly string[]): Shelf[] {
  const parts = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [...catalogue.values()].filter((kind) => parts.every((part) => `${kind.title} ${kind.help} ${kind.name} ${kind.category}`.toLowerCase().includes(part)));
  const byName = new Map<string, NodeType[]>();
  for (const kind of found) byName.set(kind.category, [...(byName.get(kind.category) ?? []), kind]);
  const all = [...byName].map(([name, kinds]) => ({ name, kinds }));
  if (parts.length) return all;
  const some = (name: string, types: readonly string[]) => ({ name, kinds: types.flatMap((type) => catalogue.get(type) ?? []) });
  return [some("favourites", favourites), some("recent", recent.filter((type) => !favourites.includes(type))), ...all].filter((one) => one.kinds.length);
}
