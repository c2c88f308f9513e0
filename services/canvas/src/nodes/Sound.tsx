import { useEffect, useRef, useState } from "react";
import type { Thing } from "../viewer/openViewer";
import { playing } from "../viewer/words";

/** A sound as its wave, played by one button; nothing is loaded before. One plays at a time. */
export function Sound({ thing, name }: { thing: Thing; name: string }) {
  const audio = useRef<HTMLAudioElement | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const [broken, setBroken] = useState(false);
  useEffect(() => () => audio.current?.pause(), []);
  const press = () => {
    if (at !== null) return audio.current?.pause();
    audio.current ??= made(thing.url ?? "", setAt, setBroken);
    hush(audio.current);
    audio.current.play().catch(() => setBroken(true));
    return undefined;
  };
  const length = thing.duration_s ?? 0;
  return (
    <span className="sound nodrag">
      <button onClick={press} disabled={broken} aria-label={`${at === null ? "Play" : "Pause"} ${name}`}>{at === null ? "▶" : "❚❚"}</button>
      <span className="wave">
        {thing.thumbnail_url && <img src={thing.thumbnail_url} alt="" loading="lazy" draggable={false} />}
        {at !== null && length > 0 && <i style={{ width: `${Math.min(100, (at / length) * 100)}%` }} />}
      </span>
      <small>{broken ? "cannot be played" : playing(at ?? length)}</small>
    </span>
  );
}

let loud: HTMLAudioElement | null = null;

function hush(next: HTMLAudioElement): void {
  if (loud !== next) loud?.pause();
  loud = next;
}

function made(url: string, tell: (at: number | null) => void, fail: (broken: boolean) => void): HTMLAudioElement {
  const audio = new Audio(url);
  audio.ontimeupdate = () => !audio.paused && tell(audio.currentTime);
  audio.onplay = () => tell(audio.currentTime);
  audio.onpause = audio.onended = () => tell(null);
  audio.onerror = () => fail(true);
  return audio;
}
