/** A result as a small picture, or words where there is none. */
import { useState } from "react";
import type { Thing } from "../viewer/openViewer";
import { instead, kindOf, playing } from "../viewer/words";

interface Props {
  thing: Thing;
  /** What is said in its place; nothing: what it was made from. */
  alt?: string;
  /** CSS pixels that it is wide, more or less: what is loaded depends on it. */
  wide?: number;
}

/** Thumbnails are this wide. */
const THUMBNAIL = 512;
/** Bytes: an original that is larger is not loaded for a small picture. */
const LIGHT = 600_000;

/** Pictures, and the pictures of videos and sounds. A video moves while it is pointed at. */
export function Thumb({ thing, alt, wide = 240 }: Props) {
  const [broken, setBroken] = useState<string | null>(null);
  const [moving, setMoving] = useState(false);
  const still = thing.thumbnail_url ?? thing.poster_url ?? (thing.type === "image" ? thing.url : null);
  const src = moving && thing.preview_url ? thing.preview_url : still;
  if (!src || broken === src) return <Broken thing={thing} />;
  const move = () => setMoving(!window.matchMedia("(prefers-reduced-motion: reduce)").matches);
  return (
    <span className={`thumb thumb-${thing.type}`} onPointerEnter={move} onPointerLeave={() => setMoving(false)}>
      <img
        src={src}
        {...(moving ? {} : sharper(thing, still, wide))}
        alt={alt ?? instead(thing)}
        loading="lazy"
        decoding="async"
        draggable={false}
        width={thing.width ?? undefined}
        height={thing.height ?? undefined}
        onError={() => setBroken(src)}
      />
      {thing.type === "video" && <small className="length" aria-hidden>▶ {thing.duration_s ? playing(thing.duration_s) : ""}</small>}
    </span>
  );
}

/** On screens with small pixels the original, if it is light. */
function sharper(thing: Thing, still: string | null | undefined, wide: number): { srcSet?: string; sizes?: string } {
  const { type, url, width, bytes } = thing;
  if (type !== "image" || !url || !still || !width || width <= THUMBNAIL || (bytes ?? LIGHT) >= LIGHT) return {};
  return { srcSet: `${still} ${THUMBNAIL}w, ${url} ${width}w`, sizes: `${wide}px` };
}

function Broken({ thing }: { thing: Thing }) {
  return (
    <span className="thumb thumb-broken">
      <span aria-hidden>∅</span>
      <small>{thing.name ?? kindOf(thing)} cannot be shown</small>
    </span>
  );
}
