/** Whether anybody looks at the page, and whether there is a network. */

export interface Surroundings {
  now: () => number;
  /** Nobody has looked at the page for a while: it may give up its connection, of which a browser has six per server. */
  unseen: () => boolean;
  whenUnseen: (then: () => void) => () => void;
  /** Until somebody looks. */
  seen: (signal: AbortSignal) => Promise<void>;
  /** So long, or until it is likely that trying again helps. */
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

const AWAY_MS = 20_000;

export const browser: Surroundings = {
  now: () => Date.now(),
  unseen: () => document.hidden && Date.now() - lastSeen > AWAY_MS,
  whenUnseen: (then) => {
    let timer: number | undefined;
    const look = () => {
      window.clearTimeout(timer);
      if (document.hidden) timer = window.setTimeout(then, AWAY_MS + 50);
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      window.clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  },
  seen: (signal) => until(signal, null),
  pause: (ms, signal) => until(signal, ms),
};

let lastSeen = Date.now();
if (typeof document !== "undefined")
  document.addEventListener("visibilitychange", () => {
    lastSeen = Date.now();
  });

function until(signal: AbortSignal, ms: number | null): Promise<void> {
  return new Promise((done) => {
    const over = new AbortController();
    const end = () => {
      over.abort();
      window.clearTimeout(timer);
      done();
    };
    const timer = ms === null ? undefined : window.setTimeout(end, ms);
    const { signal: heed } = over;
    signal.addEventListener("abort", end, { signal: heed });
    window.addEventListener("online", end, { signal: heed });
    document.addEventListener("visibilitychange", () => document.hidden || end(), { signal: heed });
    if (signal.aborted) end();
  });
}
