/** Notes, and frames around nodes. */
import { NodeResizer } from "@xyflow/react";
import type { NodeProps } from "@xyflow/react";
import { memo, useState } from "react";
import { changePin } from "./commands";
import type { PinNode } from "./types";

export const NoteCard = memo(function NoteCard({ id, data, selected }: NodeProps<PinNode>) {
  const [writing, setWriting] = useState(false);
  const { text, colour } = data.thing;
  return (
    <div className={`note tint-${colour}`} data-selected={selected} onDoubleClick={() => setWriting(true)}>
      <NodeResizer isVisible={selected} minWidth={120} minHeight={60} />
      {writing ? (
        <textarea
          autoFocus
          className="nodrag nowheel nopan"
          aria-label="Text of the note"
          defaultValue={text}
          maxLength={4000}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key === "Escape") event.currentTarget.blur();
          }}
          onBlur={(event) => {
            setWriting(false);
            if (event.target.value !== text) changePin(id, { text: event.target.value });
          }}
        />
      ) : (
        <p>{text || <span className="hint">Double-click to write.</span>}</p>
      )}
    </div>
  );
});

export const FrameCard = memo(function FrameCard({ data, selected }: NodeProps<PinNode>) {
  return (
    <div className={`frame tint-${data.thing.colour}`} data-selected={selected}>
      <NodeResizer isVisible={selected} minWidth={120} minHeight={80} />
      <p className="frame-title">{data.thing.text || "Frame"}</p>
    </div>
  );
});
