/** Files on their way into the library. */
import { create } from "zustand";
import { Away } from "../api/client";
import type { Asset } from "../io/assets";
import { uploaded } from "../io/uploads";

export interface Upload {
  id: number;
  name: string;
  /** Between 0 and 1. */
  part: number;
  state: "waiting" | "sending" | "done" | "failed";
  error: string | null;
  asset: Asset | null;
}

interface Uploading {
  uploads: readonly Upload[];
  /** Each becomes an asset of the project; `then` is told of each. */
  bring: (files: readonly File[], project: string, then?: (asset: Asset) => void) => void;
  stop: (id: number) => void;
  again: (id: number) => void;
  tidy: () => void;
}

interface Job {
  file: File;
  project: string;
  then?: ((asset: Asset) => void) | undefined;
  stopping: AbortController;
}

const AT_ONCE = 2;
/** That one is there is said for so long; what failed stays until somebody has seen it. */
const TOLD_MS = 8000;
let count = 0;

export const useUploading = create<Uploading>((set, get) => {
  const jobs = new Map<number, Job>();
  let sending = 0;

  const change = (id: number, to: Partial<Upload>) =>
    set((state) => ({ uploads: state.uploads.map((one) => (one.id === id ? { ...one, ...to } : one)) }));

  const turn = () => {
    const next = get().uploads.find((one) => one.state === "waiting");
    const job = next && jobs.get(next.id);
    if (!job || sending >= AT_ONCE) return;
    sending++;
    change(next.id, { state: "sending", part: 0, error: null });
    void work(next.id, job).finally(() => {
      sending--;
      turn();
    });
    turn();
  };

  const work = async (id: number, { file, project, then, stopping }: Job) => {
    try {
      const asset = await uploaded(file, project, (part) => change(id, { part }), stopping.signal);
      change(id, { state: "done", part: 1, asset });
      jobs.delete(id);
      window.setTimeout(() => get().stop(id), TOLD_MS);
      then?.(asset);
    } catch (error) {
      change(id, { state: "failed", error: said(error) });
    }
  };

  return {
    uploads: [],
    bring: (files, project, then) => {
      const fresh = files.map((file): Upload => {
        const id = ++count;
        jobs.set(id, { file, project, then, stopping: new AbortController() });
        return { id, name: file.name, part: 0, state: "waiting", error: null, asset: null };
      });
      set((state) => ({ uploads: [...state.uploads, ...fresh] }));
      turn();
    },
    stop: (id) => {
      jobs.get(id)?.stopping.abort();
      jobs.delete(id);
      set((state) => ({ uploads: state.uploads.filter((one) => one.id !== id) }));
    },
    again: (id) => {
      const job = jobs.get(id);
      if (job) jobs.set(id, { ...job, stopping: new AbortController() });
      change(id, { state: "waiting" });
      turn();
    },
    tidy: () => set((state) => ({ uploads: state.uploads.filter((one) => one.state === "waiting" || one.state === "sending") })),
  };
});

/** A file is not kept to be sent later, as edits are. */
function said(error: unknown): string {
  if (error instanceof Away) return "The server does not answer. Try again when it does.";
  return error instanceof Error ? error.message : String(error);
}
