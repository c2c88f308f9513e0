/** A clock that ticks for all who watch it, and rests when nobody does. */
import { useSyncExternalStore } from "react";
import { serverNow } from "../store/live";

const TICK_MS = 250;
const watchers = new Set<() => void>();
let timer: number | undefined;

function watch(changed: () => void): () => void {
  watchers.add(changed);
  timer ??= window.setInterval(() => {
    for (const one of watchers) one();
  }, TICK_MS);
  return () => {
    watchers.delete(changed);
    if (watchers.size) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}
const still = () => () => undefined;

/** Something that is told of the present moment (by the server's clock, in ms); drawn again only when it reads differently. */
export function useTicking(going: boolean, told: (now: number) => string): string {
  return useSyncExternalStore(going ? watch : still, () => told(serverNow()));
}
