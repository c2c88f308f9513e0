/** What a person is told in passing. */
import { create } from "zustand";

export interface Notice {
  id: number;
  text: string;
  kind: "yes" | "no";
}
interface Notices {
  notices: readonly Notice[];
  say: (text: string, kind?: Notice["kind"]) => void;
  drop: (id: number) => void;
}
const SHOWN_MS = 6000;
let count = 0;

export const useNotices = create<Notices>((set) => ({
  notices: [],
  say: (text, kind = "yes") => {
    const id = ++count;
    set((state) => ({ notices: [...state.notices.filter((one) => one.text !== text), { id, text, kind }].slice(-4) }));
    window.setTimeout(() => {
      set((state) => ({ notices: state.notices.filter((one) => one.id !== id) }));
    }, SHOWN_MS);
  },
  drop: (id) => {
    set((state) => ({ notices: state.notices.filter((one) => one.id !== id) }));
  },
}));
