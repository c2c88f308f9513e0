/** The two that are compared. */
import { create } from "zustand";
import type { Thing } from "../viewer/openViewer";

interface Comparing {
  pair: readonly [Thing, Thing] | null;
}

export const useComparing = create<Comparing>(() => ({ pair: null }));

/** Show both, over the page: the first is the earlier one. */
export function openCompare(first: Thing, second: Thing): void {
  useComparing.setState({ pair: [first, second] });
}

export function closeCompare(): void {
  useComparing.setState({ pair: null });
}
