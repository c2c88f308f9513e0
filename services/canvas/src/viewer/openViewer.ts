/** What is looked at in large, and where one was before. */
import { create } from "zustand";
import type { Value } from "../graph/model";
import type { Asset } from "../io/assets";

export type Thing = Asset | Value;

interface Viewing {
  thing: Thing | null;
  /** What the arrow keys go through. */
  among: readonly Thing[];
}

export const useViewing = create<Viewing>(() => ({ thing: null, among: [] }));

/** Show it large, over the page. `among`: its neighbours, for the arrow keys. */
export function openViewer(thing: Thing, among: readonly Thing[] = [thing]): void {
  useViewing.setState({ thing, among });
}

export function closeViewer(): void {
  useViewing.setState({ thing: null, among: [] });
}
