/** Copy, cut and paste: as text, so that it also works between projects and programs. */
import { useEffect } from "react";
import { copied, parsed, pasting } from "../graph/clipboard";
import type { Op } from "../graph/edit";
import { mint } from "../graph/mint";
import type { Point } from "../graph/model";
import { useEditor } from "../store/editor";
import { useNotices } from "../store/notices";
import { isTyping } from "../ui/typing";

export function useClipboard(corner: () => Point): void {
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      if (!isTyping(event.target)) put(event.clipboardData?.getData("text/plain") ?? "", corner());
    };
    document.addEventListener("copy", copy);
    document.addEventListener("cut", copy);
    document.addEventListener("paste", paste);
    return () => {
      document.removeEventListener("copy", copy);
      document.removeEventListener("cut", copy);
      document.removeEventListener("paste", paste);
    };
  }, [corner]);
}

function copy(event: ClipboardEvent): void {
  const { drawing, selected, edit } = useEditor.getState();
  const words = window.getSelection()?.toString();
  if (isTyping(event.target) || words || !drawing || !selected.size) return;
  event.clipboardData?.setData("text/plain", JSON.stringify(copied(drawing, selected), null, 1));
  event.preventDefault();
  if (event.type === "cut") edit("Cut", [...selected].map((id): Op => ({ op: "remove_node", node_id: id })));
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
