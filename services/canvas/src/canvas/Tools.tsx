/** Beside the canvas: how it is seen, and what is put on it without searching. */
import { ControlButton, Controls } from "@xyflow/react";
import { prefer, usePreferences } from "../store/preferences";
import { useShell } from "../store/shell";
import { tried } from "../ui/failing";
import { addFrame, addNote, layOut } from "./commands";
import { openAdding } from "./Menus";

export function Tools() {
  const { snap, map } = usePreferences();
  const { show } = useShell.getState();
  return (
    <Controls showInteractive={false} orientation="horizontal" fitViewOptions={{ padding: 0.15, maxZoom: 1 }} aria-label="Tools of the canvas">
      <Tool name="Add a node (/)" glyph="＋" act={() => openAdding()} />
      <Tool name="Add a note (N)" glyph="✎" act={() => addNote()} />
      <Tool name="Add a frame (Ctrl+G)" glyph="▢" act={addFrame} />
      <Tool name="Arrange (Ctrl+Shift+L)" glyph="⇶" act={() => tried(layOut())} />
      <Tool name="Snap to the grid" glyph="⌗" on={snap} act={() => prefer({ snap: !snap })} />
      <Tool name="Overview" glyph="◱" on={map} act={() => prefer({ map: !map })} />
      <Tool name="Find a node (Ctrl+F)" glyph="⌕" act={() => show("find")} />
      <Tool name="Keys (?)" glyph="?" act={() => show("help")} />
    </Controls>
  );
}

function Tool({ name, glyph, on, act }: { name: string; glyph: string; on?: boolean; act: () => void }) {
  return (
    <ControlButton onClick={act} title={name} aria-label={name} aria-pressed={on}>
      <span aria-hidden>{glyph}</span>
    </ControlButton>
  );
}
