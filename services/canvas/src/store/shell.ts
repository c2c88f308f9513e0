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
    requestAnimationFrame(() => {
      const field = document.querySelector<HTMLInputElement>("#node-title");
      field?.focus();
      field?.select();
    });
  },
}));
