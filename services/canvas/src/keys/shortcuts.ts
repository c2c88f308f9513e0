/** Every key of the editor, in one place: what listens is made of it, and so is the help. */
import { addFrame, addNote, bypass, chosenNodes, duplicate, layOut, selectAll } from "../canvas/commands";
import { openAdding } from "../canvas/Menus";
import { fitAll } from "../canvas/view";
import { putDown } from "../canvas/wiring";
import { useEditor } from "../store/editor";
import { useShell } from "../store/shell";
import { tried } from "../ui/failing";

export interface Shortcut {
  /** As `event.key`, small. */
  key: string;
  ctrl?: boolean;
  shift?: boolean;
  /** As it is told. */
  shown: string;
  name: string;
  act: () => void;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { key: "/", shown: "/", name: "Add a node", act: () => openAdding() },
  { key: "n", shown: "N", name: "Add a note", act: () => addNote() },
  { key: "g", ctrl: true, shown: "Ctrl+G", name: "Frame around what is chosen", act: addFrame },
  { key: "d", ctrl: true, shown: "Ctrl+D", name: "Duplicate", act: duplicate },
  { key: "b", shown: "B", name: "Bypass", act: () => chosenNodes().length && bypass() },
  { key: "f2", shown: "F2", name: "Rename", act: () => useShell.getState().focusTitle() },
  { key: "a", ctrl: true, shown: "Ctrl+A", name: "Select all", act: selectAll },
  { key: "z", ctrl: true, shown: "Ctrl+Z", name: "Undo", act: () => useEditor.getState().undo() },
  { key: "z", ctrl: true, shift: true, shown: "Ctrl+Shift+Z", name: "Redo", act: () => useEditor.getState().redo() },
  { key: "y", ctrl: true, shown: "Ctrl+Y", name: "Redo", act: () => useEditor.getState().redo() },
  { key: "l", ctrl: true, shift: true, shown: "Ctrl+Shift+L", name: "Arrange", act: () => tried(layOut()) },
  { key: "f", shown: "F", name: "Fit everything in view", act: fitAll },
  { key: "f", ctrl: true, shown: "Ctrl+F", name: "Find a node", act: () => useShell.getState().show("find") },
  { key: "?", shift: true, shown: "?", name: "These keys", act: () => useShell.getState().show("help") },
  { key: "escape", shown: "Esc", name: "Let go of a wire; choose nothing", act: letGo },
];

function letGo(): void {
  putDown();
  useEditor.getState().select(new Set());
}

/** Heard elsewhere, and told here. */
export const OTHERS: readonly Pick<Shortcut, "shown" | "name">[] = [
  { shown: "Ctrl+Enter", name: "Run" },
  { shown: "Shift+Ctrl+Enter", name: "Run to the chosen node" },
  { shown: "Ctrl+C, X, V", name: "Copy, cut, paste: also between projects, and as text" },
  { shown: "Del", name: "Delete what is chosen" },
  { shown: "Arrows", name: "Move what is chosen; with Shift, further" },
  { shown: "Tab", name: "To the next node, port or wire" },
  { shown: "Enter, on a node", name: "Choose it" },
  { shown: "Enter, on a port", name: "Pick a wire up, and put it on another port" },
  { shown: "Space, on a port", name: "List what it can be connected to" },
  { shown: "Shift+F10, on a node", name: "What can be done with it" },
  { shown: "Shift, and drag", name: "Choose what lies in a box" },
];

export function pressed(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">): Shortcut | undefined {
  if (event.altKey) return undefined;
  const ctrl = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  // a sign that needs Shift on some keyboards is itself; a letter is not
  const shifted = (one: Shortcut) => (/^[a-z]$/.test(key) ? (one.shift ?? false) === event.shiftKey : true);
  return SHORTCUTS.find((one) => one.key === key && (one.ctrl ?? false) === ctrl && shifted(one));
}
