/** The open graph, as it is drawn here: edits show at once, are sent in order, and the server's answer is the truth. */
import { create } from "zustand";
import { key } from "../api/client";
import { applied, fitted, inverse } from "../graph/edit";
import type { Op } from "../graph/edit";
import { NONE, back, done, forth, read } from "../graph/history";
import type { History, Step } from "../graph/history";
import { drawingOf } from "../graph/model";
import type { Catalogue, Drawing, Graph } from "../graph/model";
import { kept } from "../graph/same";
import * as io from "../io/graphs";
import { useNotices } from "./notices";
import { send } from "./sending";
import { keep, stayAlive, store, takenOver } from "./unsent";
import type { Sending } from "./unsent";

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
  /** Nodes by their ids; notes and frames as `note:ID` and `frame:ID`. */
  selected: ReadonlySet<string>;
  /** The graph was deleted, by somebody or in another tab. */
  gone: boolean;
  open: (graph: Graph) => Promise<void>;
  close: () => void;
  know: (catalogue: Catalogue) => void;
  /** `sort`: edits of the same sort that follow each other are one step back; the later covers the earlier. */
  edit: (name: string, ops: readonly Op[], undo?: boolean, sort?: string) => void;
  undo: () => void;
  redo: () => void;
  select: (ids: ReadonlySet<string>) => void;
  /** Another tab, or somebody else, has changed the graph: to this version, if it is known. */
  refresh: (version?: number) => Promise<void>;
}

const EMPTY = {
  base: null,
  drawing: null,
  waiting: [],
  saving: "saved",
  history: NONE,
  selected: new Set<string>(),
  gone: false,
} as const;

export const useEditor = create<Editor>((set) => ({
  ...EMPTY,
  catalogue: new Map(),
  know: (catalogue) => {
    set({ catalogue });
  },
  open,
  close: () => {
    write();
    set(EMPTY);
  },
  edit,
  undo: () => {
    step(back(useEditor.getState().history), "undo");
  },
  redo: () => {
    step(forth(useEditor.getState().history), "redo");
  },
  select: (selected) => {
    set({ selected });
  },
  refresh,
}));

async function open(graph: Graph): Promise<void> {
  stayAlive();
  const drawing = drawingOf(graph);
  useEditor.setState({ ...EMPTY, drawing, base: drawing, history: remembered(graph.id) });
  const waiting = await takenOver(graph.id);
  const { base } = useEditor.getState();
  if (base?.id !== graph.id) return;
  settle(base, [...waiting, ...useEditor.getState().waiting]);
  void send();
}

function edit(name: string, ops: readonly Op[], undo = true, sort?: string): void {
  const { drawing, catalogue, history } = useEditor.getState();
  if (!drawing || !ops.length) return;
  const at = Date.now();
  if (undo) remember(done(history, { name, redo: ops, undo: inverse(drawing, ops, catalogue), sort, at }));
  push(name, ops, sort);
}

/** What another tab has taken away meanwhile is left out. */
function step(next: { step: Step; history: History } | null, way: "undo" | "redo"): void {
  const { drawing, catalogue } = useEditor.getState();
  if (!next || !drawing) return;
  remember(next.history);
  const ops = fitted(drawing, next.step[way], catalogue);
  if (ops.length) push(next.step.name, ops);
  else useNotices.getState().say(`There is nothing left to ${way}: “${next.step.name}” was changed since, in another tab.`, "no");
}

/** Of the same sort and not sent yet: the later stands for both. */
function push(name: string, ops: readonly Op[], sort?: string): void {
  const { base, waiting } = useEditor.getState();
  if (!base) return;
  const last = waiting.at(-1);
  const covered = sort !== undefined && last?.sort === sort && !last.body;
  const sending: Sending = { key: key(), name, ops, ...(sort !== undefined && { sort, at: Date.now() }) };
  settle(base, [...(covered ? waiting.slice(0, -1) : waiting), sending]);
  void send();
}

/** This is what the server has, and that is what it has not. */
export function settle(base: Drawing, waiting: readonly Sending[]): void {
  const { drawing, catalogue, saving } = useEditor.getState();
  const fresh = kept(drawing, base);
  const shown = waiting.reduce((on, one) => applied(on, one.ops, catalogue), fresh);
  const stays = saving === "away" ? "away" : "saving";
  useEditor.setState({ base: fresh, waiting, drawing: kept(drawing, shown), saving: waiting.length ? stays : "saved", selected: there(shown) });
  keep(base.id, waiting);
}

/** What is chosen, without what is gone. */
function there({ nodes, notes, frames }: Drawing): ReadonlySet<string> {
  const { selected } = useEditor.getState();
  const pins = new Set([...notes.map((one) => `note:${one.id}`), ...frames.map((one) => `frame:${one.id}`)]);
  const found = [...selected].filter((id) => nodes.has(id) || pins.has(id));
  return found.length === selected.size ? selected : new Set(found);
}

async function refresh(version?: number): Promise<void> {
  const { base } = useEditor.getState();
  if (!base || (version !== undefined && version <= base.version)) return;
  const graph = await io.graph(base.id);
  const now = useEditor.getState();
  if (now.base?.id === graph.id && graph.version >= now.base.version) settle(drawingOf(graph), now.waiting);
}

/** Of this tab, and when there is nothing, of the last one that was here. */
function remembered(graph: string): History {
  const name = `groove.history.${graph}`;
  return read(sessionStorage.getItem(name) ?? localStorage.getItem(name));
}

export function remember(history: History): void {
  useEditor.setState({ history });
  window.clearTimeout(writing);
  writing = window.setTimeout(write, WRITE_MS);
}

let writing: number | undefined;
const WRITE_MS = 250;
window.addEventListener("pagehide", write);

/** Not at every letter that is typed. */
function write(): void {
  const { drawing, history } = useEditor.getState();
  window.clearTimeout(writing);
  if (!drawing) return;
  const text = JSON.stringify(history);
  store(sessionStorage, `groove.history.${drawing.id}`, text);
  store(localStorage, `groove.history.${drawing.id}`, text);
}
