/** Every version of the graph: who changed what, when; any of them can be had again. */
import { useEffect, useState } from "react";
import * as io from "../io/graphs";
import type { Version } from "../io/graphs";
import { useEditor } from "../store/editor";
import { useNotices } from "../store/notices";
import { Dialog } from "../ui/Dialog";
import { tried } from "../ui/failing";

export function HistoryDialog({ graph, close }: { graph: string; close: () => void }) {
  const now = useEditor((state) => state.base?.version ?? 0);
  const [page, setPage] = useState<{ items: readonly Version[]; next: string | null } | null>(null);
  useEffect(() => {
    let there = true;
    tried(io.versions(graph, null).then(({ items, next_cursor }) => there && setPage({ items, next: next_cursor })));
    return () => {
      there = false;
    };
  }, [graph, now]);
  const more = async () => {
    const { items, next_cursor } = await io.versions(graph, page?.next ?? null);
    setPage({ items: [...(page?.items ?? []), ...items], next: next_cursor });
  };
  const restore = async (version: number) => {
    await io.restored(graph, version);
    await useEditor.getState().refresh();
    useNotices.getState().say(`This is version ${version} again. What was there before is in the history, too.`);
    close();
  };
  return (
    <Dialog title="History of the graph" close={close} wide>
      {!page && <p role="status">Loading …</p>}
      <ol className="versions">
        {page?.items.map((one) => (
          <li key={one.version}>
            <span className="version">{one.version}</span>
            <span>
              {told(one.changes)}
              <small>{new Date(one.at).toLocaleString()} · {one.actor}</small>
            </span>
            {one.version === now ? <span className="hint">now</span> : <button aria-label={`Restore version ${one.version}`} onClick={() => tried(restore(one.version))}>Restore</button>}
          </li>
        ))}
      </ol>
      {page?.next && <button onClick={() => tried(more())}>Older ones</button>}
    </Dialog>
  );
}

const WORDS: Record<string, string> = {
  GraphCreated: "made",
  NodeAdded: "added",
  NodeChanged: "changed",
  NodeRemoved: "removed",
  NodeVaried: "a new variation",
  EdgeAdded: "connected",
  EdgeRemoved: "disconnected",
  GraphDescribed: "name, notes or frames",
};

/** "2 added, 1 connected". */
export function told(changes: readonly Readonly<Record<string, string>>[]): string {
  const counts = new Map<string, number>();
  for (const { type = "" } of changes) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => (count > 1 ? `${count} ${WORDS[type] ?? type}` : (WORDS[type] ?? type))).join(", ");
}
