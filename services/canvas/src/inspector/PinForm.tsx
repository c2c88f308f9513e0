import { pinAt } from "../canvas/changes";
import { changePin, removeChosen } from "../canvas/commands";
import { COLOURS } from "../graph/notes";
import type { Note } from "../graph/notes";
import { useEditor } from "../store/editor";

const LEAST = 40;
const MOST = 1e6;

/** What cannot be drawn is not taken. */
function sized(side: "x" | "y" | "width" | "height", value: number): Partial<Note> {
  if (!Number.isFinite(value)) return {};
  const least = side === "x" || side === "y" ? -MOST : LEAST;
  return { [side]: Math.round(Math.max(least, Math.min(MOST, value))) };
}

/** The words, the colour and the size of a note or a frame. */
export function PinForm({ id }: { id: string }) {
  const drawing = useEditor((state) => state.drawing);
  const pin = drawing && pinAt(id, drawing);
  const text = pin?.thing.text;
  if (!pin) return null;
  return (
    <>
      <h2>{pin.on === "notes" ? "Note" : "Frame"}</h2>
      <label htmlFor="pin-text">{pin.on === "notes" ? "Text" : "Title"}</label>
      {pin.on === "notes" ? (
        <textarea id="pin-text" rows={6} maxLength={4000} value={text} onChange={(event) => changePin(id, { text: event.target.value })} />
      ) : (
        <input id="pin-text" maxLength={200} value={text} onChange={(event) => changePin(id, { text: event.target.value })} />
      )}
      <fieldset className="colours">
        <legend>Colour</legend>
        {COLOURS.map((colour) => (
          <label key={colour} className={`tint-${colour}`} title={colour}>
            <input type="radio" name="colour" checked={pin.thing.colour === colour} onChange={() => changePin(id, { colour })} />
            <span className="unseen">{colour}</span>
          </label>
        ))}
      </fieldset>
      <div className="sides">
        {(["x", "y", "width", "height"] as const).map((side) => (
          <label key={side}>
            {side} <input type="number" step={10} value={pin.thing[side]} onChange={(event) => changePin(id, sized(side, event.target.valueAsNumber))} />
          </label>
        ))}
      </div>
      <button className="danger" onClick={removeChosen}>Delete</button>
    </>
  );
}
