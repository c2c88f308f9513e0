/** Copy, cut and paste: as text, so that it also works between projects and programs. */
import { useEffect } from "react";
import { copied, parsed, pasting } from "../graph/clipboard";
import { mint } from "../graph/mint";
import type { Point } from "../graph/model";
import { useEditor } from "../store/editor";
import { useNotices } from "../store/notices";
import { isTyping } from "../ui/typing";
import { removeChosen } from "./commands";
import { bring } from "./dropping";
import { here } from "./view";

export function useClipboard(): void {
  useEffect(() => {
    document.addEventListener("copy", copy);
    document.addEventListener("cut", copy);
    document.addEventListener("paste", paste);
    return () => {
      document.removeEventListener("copy", copy);
      document.removeEventListener("cut", copy);
      document.removeEventListener("paste", paste);
    };
  }, []);
}

function paste(event: ClipboardEvent): void {
  if (elsewhere(event.target)) return;
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length) bring(files, here());
  else put(event.clipboardData?.getData("text/plain") ?? "", here());
}

function copy(event: ClipboardEvent): void {
  const text = chosenText();
  const words = window.getSelection()?.toString();
  if (elsewhere(event.target) || words || !text) return;
  event.clipboardData?.setData("text/plain", text);
  event.preventDefault();
  if (event.type === "cut") removeChosen();
}

function elsewhere(target: EventTarget | null): boolean {
  return isTyping(target) || document.querySelector("dialog[open]") !== null;
}

function chosenText(): string | null {
  const { drawing, selected } = useEditor.getState();
  if (!drawing || ![...selected].some((id) => drawing.nodes.has(id))) return null;
  return JSON.stringify(copied(drawing, selected), null, 1);
}

/** Browsers keep it from pages that did not come safely; the keys work there, too. */
function clipboard(): Clipboard {
  if (!window.isSecureContext) throw new Error("This browser lets only keys copy and paste here: Ctrl+C, Ctrl+X, Ctrl+V.");
  return navigator.clipboard;
}

export async function copyChosen(): Promise<void> {
  const text = chosenText();
  if (text) await clipboard().writeText(text);
}

export async function pasteHere(corner: Point): Promise<void> {
  put(await clipboard().readText(), corner);
}

function put(text: string, corner: Point): void {
  const what = parsed(text);
  if (!what) {
    useNotices.getState().say("That is no workflow. Copy nodes, or the text of a workflow file.", "no");
    return;
  }
  const { ops, ids } = pasting(what, corner, mint);
  const { edit, select } = useEditor.getState();
  edit(ids.length === 1 ? "Paste a node" : `Paste ${ids.length} nodes`, ops);
  select(new Set(ids));
}
