/** Media in the words of a person. */
import type { Thing } from "./openViewer";

const KINDS: Record<Thing["type"], string> = {
  text: "Text",
  image: "Image",
  audio: "Audio",
  video: "Video",
  character: "Character",
  storyboard: "Storyboard",
};

export function kindOf(thing: Pick<Thing, "type">): string {
  return KINDS[thing.type];
}

/** 1.6 MB; thousands, not 1024s. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  for (const [unit, of] of [["kB", 1e3], ["MB", 1e6]] as const)
    if (bytes < of * 999.5) return `${Number((bytes / of).toPrecision(3))} ${unit}`;
  return `${Number((bytes / 1e9).toPrecision(3))} GB`;
}

/** 1:05, of seconds. */
export function playing(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

const DAY_MS = 86_400_000;

/** When, as near as matters; `now` in milliseconds since the epoch. A server's clock may be ahead of ours. */
export function when(text: string, now: number): string {
  const then = new Date(text);
  const ago = now - then.getTime();
  if (Number.isNaN(ago)) return text;
  if (ago < 60_000) return "just now";
  if (ago < 3_600_000) return `${Math.floor(ago / 60_000)} min ago`;
  const time = then.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  if (ago < DAY_MS && new Date(now).getDate() === then.getDate()) return time;
  return `${then.toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" })}, ${time}`;
}

/** What is said in place of a picture: what it was made from, else what it is. */
export function instead(thing: Thing, prompt?: string | null): string {
  const words = prompt ?? ("prompt" in thing ? thing.prompt : null);
  if (words) return clipped(words.replaceAll(/\s+/g, " ").trim(), 240);
  const named = thing.name && thing.type !== "character" ? thing.name : kindOf(thing);
  return thing.width && thing.height ? `${named}, ${thing.width} × ${thing.height}` : named;
}

export function clipped(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`;
}

/** Params by their names, as a form would spell them. */
export function spelled(name: string): string {
  const words = name.replace(/_s$/, " (seconds)").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A setting's value, on one line. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined || value === "") return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}
