/** The open graph, as it is drawn here: edits show at once, are sent in order, and the server's answer is the truth. */
import { create } from "zustand";
import { Away, Refused, key } from "../api/client";
import { applied, inverse } from "../graph/edit";
import type { Op } from "../graph/edit";
import { NONE, back, done, forth, read } from "../graph/history";
import type { History, Step } from "../graph/history";
import { drawingOf } from "../graph/model";
import type { Catalogue, Drawing, Graph } from "../graph/model";
import * as io from "../io/graphs";

interface Sending {
  key: string;
  ops: readonly Op[];
}
export type Saving = "saved" | "saving" | "away";

interface Editor {
  catalogue: Catalogue;
  /** As the server has it. */
  base: Drawing | null;
  /** With what is not sent yet. */
  drawing: Drawing | null;
  waiting: readonly Sending[];
  saving: Saving;
  history: History;
  selected: ReadonlySet<string>;
  /** What the server did not take, in its words. */
  refusal: string | null;
  open: (graph: Graph) => void;
  close: () => void;
  know: (catalogue: Catalogue) => void;
  edit: (name: string, ops: readonly Op[], undo?: boolean) => void;
  undo: () => void;
  redo: () => void;
  select: (ids: ReadonlySet<string>) => void;
  /** Another tab, or somebody else, has changed the graph. */
  refresh: () => Promise<void>;
  forgive: () => void;
}

const AGAIN_MS = [500, 1000, 2000, 4000];

export const useEditor = create<Editor>((set, get) => {
  let sending = false;

  const store = (history: History) => {
    const id = get().drawing?.id;
    if (id) localStorage.setItem(`groove.history.${id}`, JSON.stringify(history));
    set({ history });
  };

  const keep = () => {
    const { drawing, waiting } = get();
    if (!drawing) return;
    const name = `groove.unsent.${drawing.id}`;
    if (waiting.length) localStorage.setItem(name, JSON.stringify(waiting));
    else localStorage.removeItem(name);
  };

  const settle = (base: Drawing, waiting: readonly Sending[]) => {
    const drawing = waiting.reduce((on, one) => applied(on, one.ops, get().catalogue), base);
    set({ base, waiting, drawing, saving: waiting.length ? "saving" : "saved" });
    keep();
  };

  const send = async () => {
    if (sending) return;
    sending = true;
    try {
      for (let failures = 0; ; ) {
        const { base, waiting } = get();
        const first = waiting[0];
        if (!base || !first) return;
        try {
          const graph = await io.edited(base.id, first.ops, first.key);
          failures = 0;
          if (get().base?.id === graph.id) settle(drawingOf(graph), get().waiting.slice(1));
        } catch (error) {
          if (error instanceof Refused && error.status < 500 && error.status !== 429) await refused(base.id, error);
          else if (error instanceof Away || error instanceof Refused) {
            set({ saving: "away" });
            await new Promise((go) => setTimeout(go, AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)]));
          } else throw error;
        }
      }
    } finally {
      sending = false;
    }
  };

  const refused = async (id: string, error: Refused) => {
    set({ refusal: error.flaws[0]?.message ?? error.message });
    const graph = await io.graph(id);
    if (get().base?.id === id) settle(drawingOf(graph), get().waiting.slice(1));
  };

  const push = (ops: readonly Op[]) => {
    const { base, waiting } = get();
    if (!base || !ops.length) return;
    settle(base, [...waiting, { key: key(), ops }]);
    void send();
  };

  const step = (next: { step: Step; history: History } | null, ops: (step: Step) => readonly Op[]) => {
    if (!next) return;
    store(next.history);
    push(ops(next.step));
  };

  return {
    catalogue: new Map(),
    base: null,
    drawing: null,
    waiting: [],
    saving: "saved",
    history: NONE,
    selected: new Set(),
    refusal: null,
    know: (catalogue) => {
      set({ catalogue });
    },
    open: (graph) => {
      const base = drawingOf(graph);
      set({ selected: new Set(), refusal: null, drawing: base, history: read(localStorage.getItem(`groove.history.${graph.id}`)) });
      settle(base, unsent(localStorage.getItem(`groove.unsent.${graph.id}`)));
      void send();
    },
    close: () => {
      set({ base: null, drawing: null, waiting: [], selected: new Set(), history: NONE });
    },
    edit: (name, ops, undo = true) => {
      const { drawing, catalogue, history } = get();
      if (!drawing) return;
      if (undo) store(done(history, { name, redo: ops, undo: inverse(drawing, ops, catalogue) }));
      push(ops);
    },
    undo: () => {
      step(back(get().history), (one) => one.undo);
    },
    redo: () => {
      step(forth(get().history), (one) => one.redo);
    },
    select: (selected) => {
      set({ selected });
    },
    refresh: async () => {
      const id = get().base?.id;
      if (!id || sending) return;
      const graph = await io.graph(id);
      if (get().base?.id === id && graph.version > (get().base?.version ?? 0)) settle(drawingOf(graph), get().waiting);
    },
    forgive: () => {
      set({ refusal: null });
    },
  };
});

function unsent(text: string | null): Sending[] {
  try {
    const raw: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(raw) ? (raw as Sending[]) : [];
  } catch {
    return [];
  }
}
