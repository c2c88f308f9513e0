/** A stream of events, followed through lost networks, restarted gateways and closed laptops: no gap, nothing twice.
 *
 * The browser's own EventSource says neither why it was refused nor when it was last heard of, and gives up on a 503.
 */
import { createParser } from "eventsource-parser";
import { Refused, refusal } from "../api/client";
import type { RunEvent } from "../run/view";
import { browser } from "./surroundings";
import type { Surroundings } from "./surroundings";

/** `resting`: nobody looks at the page. `refused`: it would not be let in again. */
export type Link = "connecting" | "live" | "away" | "busy" | "resting" | "stranger" | "refused";

export interface Listener {
  hear: (event: RunEvent) => void;
  /** It stands. Unless `gapless`, something may have happened since it was last heard. */
  opened: (gapless: boolean) => void;
  told: (link: Link) => void;
  /** The `Date` of an answer that has just come: milliseconds since the epoch, in whole seconds. */
  clock: (date: number) => void;
}
export interface Following {
  stop: () => void;
}

const AGAIN_MS = [300, 1000, 2000, 4000, 8000];
/** The gateway says something every 15 s. */
const SILENT_MS = 40_000;
const BUSY_MS = 5000;
const LASTS_MS = 10_000;

export function followed(path: string, listener: Listener, around: Surroundings = browser): Following {
  const whole = new AbortController();
  void keptOpen(path, listener, around, whole.signal);
  return {
    stop: () => {
      whole.abort();
    },
  };
}

interface Place {
  /** Of the last event that has one. */
  position: number | null;
  failures: number;
}

async function keptOpen(path: string, listener: Listener, around: Surroundings, whole: AbortSignal): Promise<void> {
  const place: Place = { position: null, failures: 0 };
  while (!whole.aborted) {
    if (around.unseen()) {
      listener.told("resting");
      await around.seen(whole);
    } else {
      const wait = await once(path, place, listener, around, whole);
      if (wait === null) return;
      await around.pause(wait * (1 + Math.random() / 4), whole);
    }
  }
}

/** One connection; then how long to wait for the next, or that there shall be none. */
async function once(path: string, place: Place, listener: Listener, around: Surroundings, whole: AbortSignal): Promise<number | null> {
  const { position } = place;
  const url = position === null ? path : `${path}${path.includes("?") ? "&" : "?"}after=${position}`;
  const began = around.now();
  listener.told("connecting");
  const hear = (event: RunEvent) => {
    place.position = event.id ?? place.position;
    if (!whole.aborted) listener.hear(event);
  };
  const opened = () => listener.opened(position !== null);
  const end = await connection(url, { ...listener, hear, opened }, around, whole);
  if (whole.aborted) return null;
  listener.told(end.state);
  if (end.state === "stranger" || end.state === "refused") return null;
  if (end.state === "resting") return 0;
  place.failures = around.now() - began > LASTS_MS ? 0 : place.failures + 1;
  return Math.max(AGAIN_MS[Math.min(place.failures, AGAIN_MS.length) - 1] ?? 0, end.waitMs);
}

interface Ended {
  state: Exclude<Link, "connecting" | "live">;
  waitMs: number;
}

/** From its opening to its end, however that comes. Never throws. */
async function connection(url: string, listener: Listener, around: Surroundings, whole: AbortSignal): Promise<Ended> {
  const cut = new AbortController();
  const quiet = watch(() => cut.abort());
  const unlook = around.whenUnseen(() => cut.abort());
  const stop = () => cut.abort();
  whole.addEventListener("abort", stop);
  try {
    const headers = { accept: "text/event-stream" };
    const response = await fetch(url, { headers, cache: "no-store", credentials: "same-origin", signal: cut.signal });
    const date = Date.parse(response.headers.get("date") ?? "");
    if (!Number.isNaN(date)) listener.clock(date);
    if (!response.ok || !response.body) throw refusal(response, await response.json().catch(() => null));
    listener.told("live");
    listener.opened(true);
    await read(response.body, quiet, listener.hear);
    return { state: "away", waitMs: 0 };
  } catch (error) {
    if (error instanceof Refused) return refused(error);
    return { state: around.unseen() ? "resting" : "away", waitMs: 0 };
  } finally {
    cut.abort();
    quiet.stop();
    unlook();
    whole.removeEventListener("abort", stop);
  }
}

function refused({ status, retryAfter }: Refused): Ended {
  if (status === 401) return { state: "stranger", waitMs: 0 };
  if (status === 429) return { state: "busy", waitMs: (retryAfter ?? 0) * 1000 || BUSY_MS };
  if (status < 500) return { state: "refused", waitMs: 0 };
  return { state: "away", waitMs: (retryAfter ?? 0) * 1000 };
}

async function read(body: ReadableStream<Uint8Array>, quiet: Watch, hear: (event: RunEvent) => void): Promise<void> {
  const parser = createParser({
    onEvent: ({ event, id, data }) => {
      const known = parsed(data);
      if (known) hear(id === undefined ? { event: event ?? "message", data: known } : { event: event ?? "message", id: Number(id), data: known });
    },
  });
  const letters = new TextDecoder();
  const reader = body.getReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    quiet.noise();
    parser.feed(letters.decode(chunk.value, { stream: true }));
  }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === "object" && data !== null ? { ...data } : null;
  } catch {
    return null;
  }
}

interface Watch {
  noise: () => void;
  stop: () => void;
}

/** A connection that says nothing at all is dead, whatever the system still believes. */
function watch(silent: () => void): Watch {
  let timer = setTimeout(silent, SILENT_MS);
  return {
    noise: () => {
      clearTimeout(timer);
      timer = setTimeout(silent, SILENT_MS);
    },
    stop: () => clearTimeout(timer),
  };
}
