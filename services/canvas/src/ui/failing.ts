import { useNotices } from "../store/notices";

/** Do it; what goes wrong is said in passing. */
export function tried(work: Promise<unknown>): void {
  work.catch((error: unknown) => useNotices.getState().say(error instanceof Error ? error.message : String(error), "no"));
}
