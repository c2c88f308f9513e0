/** Node types from the palette, files from the desktop: what is dropped on the canvas, or pasted. */
import { useMemo } from "react";
import type { DragEvent } from "react";
import { create } from "zustand";
import { copyOf, pasting } from "../graph/clipboard";
import { graphIn } from "../graph/files";
import { mint } from "../graph/mint";
import type { Point } from "../graph/model";
import { provenanceOf } from "../graph/provenance";
import type { Provenance } from "../graph/provenance";
import { importedFlow } from "../io/graphs";
import { mimeOf, uploaded } from "../io/uploads";
import { go } from "../route";
import { useEditor } from "../store/editor";
import { useNotices } from "../store/notices";
import { tried } from "../ui/failing";
import { addKind, addNode, choose } from "./commands";
import { toFlow } from "./view";

/** Of a node type that is dragged out of the palette. */
export const KIND = "application/x-groove-node";
const TEXT_MOST = 20_000_000;
const BELOW = 260;

/** A picture that says which graph it was made by. */
interface Told {
  file: File;
  from: Provenance;
  at: Point;
}
export const useTold = create<{ told: Told | null }>(() => ({ told: null }));

export function useDropping() {
  return useMemo(() => ({ onDragOver: over, onDrop: drop }), []);
}

function over(event: DragEvent): void {
  if (!event.dataTransfer.types.includes(KIND) && !event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
}

function drop(event: DragEvent): void {
  const kind = event.dataTransfer.getData(KIND);
  const files = [...event.dataTransfer.files];
  if (!kind && !files.length) return;
  event.preventDefault();
  const at = toFlow({ x: event.clientX, y: event.clientY });
  if (kind) addKind(kind, { x: at.x - 120, y: at.y - 20 });
  else bring(files, at);
}

/** Workflows are put on the canvas; pictures, sounds and films become nodes. */
export function bring(files: readonly File[], at: Point): void {
  files.forEach((file, index) => tried(brought(file, { x: at.x, y: at.y + index * BELOW })));
}

async function brought(file: File, at: Point): Promise<void> {
  const mime = mimeOf(file);
  if (mime === "application/json" || file.name.endsWith(".json")) {
    await workflow(file, at);
    return;
  }
  const from = /^(image|video)\//.test(mime) ? provenanceOf(new Uint8Array(await file.arrayBuffer())) : null;
  if (from) useTold.setState({ told: { file, from, at } });
  else await asNode(file, at);
}

export async function asNode(file: File, at: Point): Promise<void> {
  const { drawing } = useEditor.getState();
  if (!drawing) return;
  useNotices.getState().say(`Uploading ${file.name} …`);
  const asset = await uploaded(file, drawing.project_id);
  if (useEditor.getState().drawing?.id === drawing.id) addNode("asset", at, { asset_id: asset.id });
}

async function workflow(file: File, at: Point): Promise<void> {
  const found = file.size > TEXT_MOST ? null : graphIn(await file.text());
  const { drawing } = useEditor.getState();
  if (!drawing) return;
  if (!found) throw new Error(`${file.name} holds no workflow.`);
  if (found.kind === "workflow") {
    const { ops, ids } = pasting(copyOf(found.workflow), at, mint);
    useEditor.getState().edit(`Import ${file.name}`, ops);
    choose(ids);
    return;
  }
  const graph = await importedFlow(found.flow, drawing.project_id);
  graph.import_notes.slice(0, 3).forEach((one) => useNotices.getState().say(one.message, "no"));
  go({ page: "graph", graph: graph.id, run: null });
}
