/** Beside the canvas: how it is seen, and what is put on it without searching. */
import { ControlButton, Controls } from "@xyflow/react";
import { prefer, usePreferences } from "../store/preferences";
import { useShell } from "../store/shell";
import { tried } from "../ui/failing";
import { Icon } from "../ui/Icon";
import type { IconName } from "../ui/Icon";
import { addFrame, addNote, layOut } from "./commands";
import { openAdding } from "./Menus";
import { FIT } from "./view";

export function Tools() {
  const { snap, map } = usePreferences();
  const { show } = useShell.getState();
  return (
    <Controls showInteractive={false} orientation="horizontal" fitViewOptions={FIT} aria-label="Tools of the canvas">
      <Tool name="Add a node (/)" glyph="add" act={() => openAdding()} />
      <Tool name="Add a note (N)" glyph="note" act={() => addNote()} />
      <Tool name="Add a frame (Ctrl+G)" glyph="frame" act={addFrame} />
      <Tool name="Arrange (Ctrl+Shift+L)" glyph="arrange" act={() => tried(layOut())} />
      <Tool name="Snap to the grid" glyph="snap" on={snap} act={() => prefer({ snap: !snap })} />
      <Tool name="Overview" glyph="map" on={map} act={() => prefer({ map: !map })} />
      <Tool name="Find a node (Ctrl+F)" glyph="find" act={() => show("find")} />
      <Tool name="Keys (?)" glyph="keys" act={() => show("help")} />
    </Controls>
  );
}

function Tool({ name, glyph, on, act }: { name: string; glyph: IconName; on?: boolean; act: () => void }) {
  return (
    <ControlButton onClick={act} title={name} aria-label={name} aria-pressed={on}>
      <Icon name={glyph} />
    </ControlButton>
  );
}
