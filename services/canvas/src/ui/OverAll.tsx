import type { ReactNode } from "react";
import { createPortal } from "react-dom";

/** At the end of the page, wherever it is asked for: what is in a node or in the bar above is in no dialog's way. */
export function OverAll({ children }: { children: ReactNode }) {
  return createPortal(children, document.body);
}
