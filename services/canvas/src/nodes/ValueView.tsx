/** A value, small: a press opens it large. */
import type { Value } from "../graph/model";
import { openViewer } from "../viewer/openViewer";
import { clipped, instead } from "../viewer/words";
import { Sound } from "./Sound";
import { Thumb } from "./Thumb";

interface Props {
  value: Value;
  /** The prompt it was made from: said in place of the picture. */
  prompt?: string | null;
  /** What it is shown with: the arrow keys of the viewer go through them. */
  among?: readonly Value[];
}

const SCENES = 3;

export function ValueView({ value, prompt, among }: Props) {
  const open = () => openViewer(value, among);
  switch (value.type) {
    case "text":
      return (
        <button className="value value-text" onClick={open} aria-label={`Text: ${clipped(value.text ?? "", 80)}`}>
          {clipped(value.text ?? "", 400)}
        </button>
      );
    case "image":
    case "video":
      return (
        <button className="value" onClick={open}>
          <Thumb thing={value} alt={`${value.type === "video" ? "Video: " : ""}${instead(value, prompt)}`} />
        </button>
      );
    case "audio":
      return <Sound thing={value} name={instead(value, prompt)} />;
    case "character":
      return <Face value={value} open={open} />;
    case "storyboard":
      return <Scenes value={value} open={open} />;
  }
}

function Face({ value, open }: { value: Value; open: () => void }) {
  const [best] = value.references ?? [];
  return (
    <button className="value value-character" onClick={open}>
      {best?.thumbnail_url ? <img src={best.thumbnail_url} alt="" loading="lazy" draggable={false} /> : <span aria-hidden>☺</span>}
      <b>{value.name || "Somebody without a name"}</b>
    </button>
  );
}

function Scenes({ value, open }: { value: Value; open: () => void }) {
  const scenes = value.scenes ?? [];
  return (
    <button className="value value-storyboard" onClick={open} aria-label={`Storyboard ${value.title ?? ""}, ${scenes.length} scenes`}>
      {value.title && <b>{value.title}</b>}
      {scenes.slice(0, SCENES).map((scene, index) => (
        <span key={index}><i aria-hidden>{index + 1}</i> {clipped(scene.title || scene.start, 70)}</span>
      ))}
      {scenes.length > SCENES && <small>and {scenes.length - SCENES} more</small>}
    </button>
  );
}
