/** The runs of the open graph: those that go on are followed live, one of them is shown on the board, now or as it was. */
import { create } from "zustand";
import { Refused } from "../api/client";
import * as io from "../io/runs";
import { isOver, sharing, told } from "../run/fold";
import { headOf, heads } from "../run/heads";
import type { Head } from "../run/heads";
import { opened, withNews } from "../run/shown";
import type { Shown } from "../run/shown";
import type { Execution, RunEvent, RunView } from "../run/view";
import { moment, unborn } from "../run/view";
import { listen, useLive } from "./live";

interface Running {
  graph: string | null;
  /** The newest first. */
  runs: readonly Head[];
  /** Where older ones begin; null: there are none. */
  older: string | null;
  /** Which one is shown on the board. */
  chosen: string | null;
  shown: Shown | null;
  /** How many events of it have happened at the moment of the past that is shown; null: now. */
  at: number | null;
  /** What is on the board: the chosen run, as it is or as it was. */
  view: RunView | null;
  /** Why the chosen one cannot be shown. */
  trouble: string | null;
  /** Begin with a graph. */
  attend: (graph: string) => () => void;
  more: () => Promise<void>;
  follow: (id: string) => Promise<void>;
  leave: () => void;
  /** One that was just started, or changed, as the server answered. */
  learn: (execution: Execution) => void;
  travel: (at: number | null) => void;
}

export const useRunning = create<Running>((set, get) => {
  let queue: RunEvent[] = [];
  let frame = 0;

  const show = (shown: Shown) => {
    const { at } = get();
    set({ shown, view: at === null ? shown.view : get().view });
  };

  /** Once per picture on the screen, however many events came. */
  const flush = () => {
    frame = 0;
    const news = queue;
    queue = [];
    const { runs, graph, shown, chosen } = get();
    const next = heads(runs, news, graph);
    if (next !== runs) set({ runs: next });
    if (!shown || shown.id !== chosen) {
      queue = chosen ? news.filter((event) => event.data["execution_id"] === chosen) : [];
      return; // it is being fetched: these come on top of it
    }
    const after = withNews(shown, news);
    if (after !== shown) show(after);
    if (isOver(after.view.state) && !isOver(shown.view.state)) look(after.id).catch(failed(after.id)); // what was charged late
  };

  const hear = (event: RunEvent) => {
    if (typeof event.data["execution_id"] !== "string") return;
    queue.push(event);
    frame ||= requestAnimationFrame(flush);
  };

  /** What the server says of it beside its events, and events that were missed. */
  const look = async (id: string) => {
    const before = get().shown;
    const [execution, events] = await Promise.all([io.execution(id), io.history(id, before?.id === id ? before.view.position : -1)]);
    if (get().chosen !== id) return;
    const shown = get().shown;
    show(shown?.id === id ? withNews(shown, events, execution) : opened(execution, events));
    get().learn(execution);
    if (queue.length) flush();
  };

  const failed = (id: string) => (error: unknown) => {
    if (get().chosen !== id || !(error instanceof Refused) || error.status >= 500) return; // it is tried again when the stream stands
    set({ trouble: error.status === 404 ? "There is no such run, or it is not yours." : error.message, chosen: null, shown: null, view: null });
  };

  const list = async (graph: string) => {
    const page = await io.executions(graph);
    if (get().graph !== graph) return;
    const found = page.items.map(headOf);
    const ids = new Set(found.map((one) => one.id));
    const last = found.at(-1)?.createdAt ?? 0;
    set({ runs: [...found, ...get().runs.filter((one) => !ids.has(one.id) && one.createdAt < last)], older: get().older ?? page.next_cursor });
  };

  const resync = () => {
    const { graph, chosen } = get();
    if (graph) list(graph).catch(() => undefined); // the next opening of the stream asks again
    if (chosen) look(chosen).catch(failed(chosen));
  };

  return {
    graph: null,
    runs: [],
    older: null,
    chosen: null,
    shown: null,
    at: null,
    view: null,
    trouble: null,
    attend: (graph) => {
      set({ graph, runs: [], older: null });
      const deaf = listen({ hear, opened: resync });
      if (useLive.getState().link === "live") resync(); // else when it is
      return () => {
        deaf();
        if (get().graph === graph) set({ graph: null, runs: [], older: null });
      };
    },
    more: async () => {
      const { graph, older } = get();
      if (!graph || older === null) return;
      const page = await io.executions(graph, older);
      const known = new Set(get().runs.map((one) => one.id));
      set({ runs: [...get().runs, ...page.items.map(headOf).filter((one) => !known.has(one.id))], older: page.next_cursor });
    },
    follow: async (id) => {
      if (get().chosen === id) return;
      set({ chosen: id, shown: null, at: null, view: unborn(id), trouble: null });
      await look(id).catch(failed(id));
    },
    leave: () => set({ chosen: null, shown: null, at: null, view: null, trouble: null }),
    learn: (execution) => {
      const { runs, graph } = get();
      if (execution.graph_id !== graph) return;
      const head = headOf(execution);
      const known = runs.findIndex((one) => one.id === head.id);
      const before = runs[known];
      // an answer may be older than what was heard meanwhile; of one that is resumed, less is done than before
      const done = before && isOver(before.state) === isOver(head.state) ? Math.max(head.done, before.done) : head.done;
      set({ runs: before ? runs.with(known, { ...head, done }) : [head, ...runs] });
    },
    travel: (at) => {
      const { shown } = get();
      if (!shown) return;
      if (at === null) {
        set({ at, view: shown.view });
        return;
      }
      const events = Math.max(0, Math.min(at, shown.events.length));
      set({ at: events, view: sharing(get().view, told(unborn(shown.id), shown.events.slice(0, events))) });
    },
  };
});

/** What is on the board: a card asks for its own node in it, and is drawn again only when that has changed. */
export function shown(state: Pick<Running, "view">): RunView | null {
  return state.view;
}

/** The moment that is shown, by the server's clock; null: now. */
export function instant(state: Pick<Running, "shown" | "at">): number | null {
  if (state.at === null || !state.shown) return null;
  return moment((state.shown.events[state.at - 1] ?? state.shown.events[0])?.data["at"]);
}
