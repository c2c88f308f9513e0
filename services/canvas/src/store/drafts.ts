/** What somebody wrote that cannot be sent as it is: it waits in its field, also while something else is looked at. */
import { create } from "zustand";

interface Drafts {
  drafts: ReadonlyMap<string, string>;
}

export const useDrafts = create<Drafts>(() => ({ drafts: new Map() }));

/** Of a field of a node: graphs may name their nodes alike. */
export function placeOf(graph: string, node: string, field: string): string {
  return `${graph}/${node}/${field}`;
}

/** Null: there is none any more. */
export function draft(place: string, text: string | null): void {
  const drafts = new Map(useDrafts.getState().drafts);
  if (text === null) drafts.delete(place);
  else drafts.set(place, text);
  useDrafts.setState({ drafts });
}
