/** What a new node cannot be without: a picture, somebody, some words. */
import { create } from "zustand";

export type Params = Record<string, unknown>;
interface Asked {
  type: "asset" | "character";
  then: (params: Params) => void;
}
export const useAsked = create<{ asked: Asked | null }>(() => ({ asked: null }));

const WORDS = "Your words here";

/** Go on when it is known; not at all when nothing is chosen. */
export function ask(type: string, then: (params: Params) => void): void {
  if (type === "asset" || type === "character") useAsked.setState({ asked: { type, then } });
  else then(type === "text" ? { text: WORDS } : {});
}
