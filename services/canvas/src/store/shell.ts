/** Which of the editor's own windows are open. */
import { create } from "zustand";

type Window = "find" | "help" | "history" | null;

interface Shell {
  open: Window;
  show: (window: Window) => void;
  /** The title of what is chosen, to be written anew. */
  focusTitle: () => void;
}

export const useShell = create<Shell>((set) => ({
  open: null,
  show: (open) => set({ open }),
  focusTitle: () => {
    toTitle(); // at once, so that no letter is lost
    requestAnimationFrame(toTitle); // again, where a menu that closes gave the focus back
  },
}));

function toTitle(): void {
  const field = document.querySelector<HTMLInputElement>("#node-title");
  if (!field || document.activeElement === field) return;
  field.focus();
  field.select();
}
