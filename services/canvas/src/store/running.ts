/** The run that is shown on the graph, followed live. */
import { create } from "zustand";
import * as io from "../io/runs";
import type { Following } from "../io/runs";
import { folded, unborn, viewOf } from "../run/fold";
import type { RunEvent, RunView } from "../run/fold";

interface Running {
  view: RunView | null;
  /** Whether the stream is there. */
  connected: boolean;
  /** The moment of the past that is shown instead, and the events it is told from. */
  past: { events: readonly RunEvent[]; at: number } | null;
  follow: (id: string) => Promise<void>;
  leave: () => void;
  travel: (at: number) => Promise<void>;
  now: () => void;
}

const OVER = new Set(["completed", "failed", "cancelled"]);

export const useRunning = create<Running>((set, get) => {
  let following: Following | null = null;
  let queue: RunEvent[] = [];
  let frame = 0;

  /** Once per picture on the screen, however many events came. */
  const flush = () => {
    frame = 0;
    const events = queue;
    queue = [];
    const view = get().view;
    if (!view) return;
    const next = events.reduce(folded, view);
    set({ view: next });
    if (OVER.has(next.state)) following?.stop();
  };

  const hear = (event: RunEvent) => {
    queue.push(event);
    frame ||= requestAnimationFrame(flush);
  };

  return {
    view: null,
    connected: true,
    past: null,
    follow: async (id) => {
      following?.stop();
      queue = [];
      set({ view: unborn(id), past: null, connected: true });
      const found = await io.execution(id);
      if (get().view?.id !== id) return;
      set({ view: viewOf(found) });
      // from the beginning: its events are few, and a run that goes on is told without a gap
      following = io.followed(`/api/executions/${id}/stream`, -1, hear, (connected) => {
        set({ connected });
      });
    },
    leave: () => {
      following?.stop();
      set({ view: null, past: null });
    },
    travel: async (at) => {
      const id = get().view?.id;
      if (!id) return;
      const events = get().past?.events ?? (await io.history(id));
      set({ past: { events, at: Math.max(0, Math.min(at, events.length)) } });
    },
    now: () => {
      set({ past: null });
    },
  };
});

/** What is shown: the run as it is, or as it was. */
export function shown(state: Pick<Running, "view" | "past">): RunView | null {
  if (!state.past || !state.view) return state.view;
  return state.past.events.slice(0, state.past.at).reduce(folded, unborn(state.view.id));
}
