import { useEffect } from "react";
import { isTyping } from "../ui/typing";
import { pressed } from "./shortcuts";

/** While the editor is shown, and nothing is written or asked. */
export function useShortcuts(): void {
  useEffect(() => {
    document.addEventListener("keydown", hear);
    return () => document.removeEventListener("keydown", hear);
  }, []);
}

/** What is searched or found by key also while something is written. */
const ALWAYS = new Set(["Ctrl+F"]);

function hear(event: KeyboardEvent): void {
  const shortcut = pressed(event);
  if (!shortcut || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (isTyping(event.target) && !ALWAYS.has(shortcut.shown)) return;
  event.preventDefault();
  shortcut.act();
}
