/** The node of the shown run that it is asked about: why it is as it is. */
import { create } from "zustand";
import { useRunning } from "./running";

interface Why {
  asked: { run: string; node: string; at: DOMRect } | null;
}

export const useWhy = create<Why>(() => ({ asked: null }));

/** `at`: where on the screen it was asked. */
export function askWhy(node: string, at: DOMRect): void {
  const run = useRunning.getState().chosen;
  if (run) useWhy.setState({ asked: { run, node, at } });
}
