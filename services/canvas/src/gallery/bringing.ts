/** Files that are dropped on a page, or pasted into it. */
import { useEffect, useState } from "react";
import { isTyping } from "../ui/typing";

/** Whether files are over the page just now. Directories and text are not taken. */
export function useBrought(bring: (files: readonly File[]) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const dragged = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(true);
    };
    const left = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const dropped = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(false);
      bring([...event.dataTransfer.files]);
    };
    const pasted = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!files.length || isTyping(event.target)) return;
      event.preventDefault();
      bring(files);
    };
    const all = { dragover: dragged, dragleave: left, drop: dropped, paste: pasted };
    for (const [name, hear] of Object.entries(all)) window.addEventListener(name, hear as EventListener);
    return () => {
      for (const [name, hear] of Object.entries(all)) window.removeEventListener(name, hear as EventListener);
    };
  }, [bring]);
  return over;
}
