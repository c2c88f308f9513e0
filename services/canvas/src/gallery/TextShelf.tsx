import { useCallback } from "react";
import { ValueView } from "../nodes/ValueView";
import { serverNow } from "../store/live";
import { spelled, when } from "../viewer/words";
import type { Filter } from "./filter";
import { useArrivals } from "./live";
import { More } from "./More";
import { usePaged } from "./paging";
import { written } from "./texts";

const MADE = ["node_completed"];

/** What nodes wrote, the newest first. */
export function TextShelf({ project, filter }: { project: string; filter: Filter }) {
  const load = useCallback((cursor: string | null) => written(project, filter, cursor), [project, filter]);
  const list = usePaged(load);
  useArrivals(project, MADE, list.refresh);
  const values = list.items?.map((one) => one.value) ?? [];
  return (
    <>
      <ul className="texts" aria-label="Texts" aria-busy={list.busy}>
        {list.items?.map(({ id, value, by }) => (
          <li key={id}>
            <ValueView value={value} among={values} />
            <small>{spelled(by.type)}, {by.node_id} · {when(by.created_at, serverNow())}</small>
          </li>
        ))}
      </ul>
      {list.items?.length === 0 && !list.more && <p className="nothing">No text fits. Texts are what nodes wrote: descriptions, better prompts, storyboards.</p>}
      <More {...list} />
    </>
  );
}
