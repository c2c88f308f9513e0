/** Runs, nodes, times and money in the words of a person. */
import type { NodeView, RunEvent, RunState } from "./view";

const WORDS: Record<NodeView["state"], string> = {
  idle: "",
  waiting: "waiting",
  queued: "queued",
  running: "running",
  completed: "done",
  cached: "from cache",
  inherited: "taken over",
  in_doubt: "in doubt",
  failed: "failed",
  cancelled: "cancelled",
  skipped: "skipped",
};

export function inWords(run: NodeView): string {
  if (run.state === "running" && run.progress > 0 && run.progress < 1) return `${Math.round(run.progress * 100)} %`;
  if (run.state === "waiting" && run.retryAt) return "retrying";
  if (run.state === "waiting" && run.because) return "waiting for another run";
  return WORDS[run.state];
}

const RUNS: Record<RunState, string> = {
  pending: "Starting",
  running: "Running",
  completed: "Done",
  failed: "Failed",
  cancelled: "Cancelled",
};

export function runInWords(state: RunState): string {
  return RUNS[state];
}

/** Of milliseconds; whole seconds while it still grows. */
export function duration(ms: number, growing = false): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10 && !growing) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const NEGLIGIBLE_MS = 50;

/** How long a node took, or has taken until now; nothing where it took no time. */
export function elapsed({ since, until }: Pick<NodeView, "since" | "until">, now: number): string {
  if (since === null) return "";
  if (until === null) return duration(now - since, true);
  return until - since < NEGLIGIBLE_MS ? "" : duration(until - since);
}

/** Until a moment to come. */
export function countdown(at: number, now: number): string {
  const seconds = Math.ceil((at - now) / 1000);
  return seconds <= 0 ? "now" : seconds < 120 ? `in ${seconds} s` : `in ${Math.ceil(seconds / 60)} min`;
}

/** On this machine's wall. */
export function clock(at: number): string {
  return new Date(at).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

export function day(at: number, now: number): string {
  const then = new Date(at);
  const sameDay = then.toDateString() === new Date(now).toDateString();
  return sameDay ? clock(at) : `${then.toLocaleDateString(undefined, { day: "numeric", month: "short" })} ${clock(at)}`;
}

const MICRO = 1_000_000;

/** Of micro-credits. */
export function price(micro: number): string {
  return micro ? `${Number((micro / MICRO).toPrecision(3))} cr` : "free";
}

export function prices(low: number, high: number): string {
  if (low === high) return price(high);
  return `${Number((low / MICRO).toPrecision(3))}–${price(high)}`;
}

/** Micro-credits of what somebody wrote; null for nothing, or for what is no amount. */
export function amount(text: string): number | null {
  const plain = text.trim().replace(",", ".");
  if (!/^\d+(\.\d+)?$/.test(plain)) return null;
  const micro = Math.round(Number(plain) * MICRO);
  return micro <= 1e15 ? micro : null;
}

const HAPPENED: Record<string, string> = {
  node_queued: "is queued",
  node_started: "begins",
  node_completed: "is done",
  node_cached: "is taken from cache",
  node_inherited: "is taken over",
  node_in_doubt: "is in doubt",
  node_failed: "fails",
  node_retrying: "is tried again",
  node_cancelled: "is cancelled",
  node_skipped: "is skipped",
};
const RUN_HAPPENED: Record<string, string> = {
  execution_started: "The run begins",
  execution_resumed: "The run is resumed",
  execution_completed: "The run is done",
  execution_failed: "The run has failed",
  execution_cancelled: "The run is cancelled",
};

/** What an event tells; `name`: of its node. */
export function happened({ event, data }: RunEvent, name: (node: string) => string): string {
  const node = data["node_id"];
  if (typeof node !== "string" || !event.startsWith("node_")) return RUN_HAPPENED[event] ?? event;
  return `${name(node)} ${HAPPENED[event] ?? event.replace("node_", "").replaceAll("_", " ")}`;
}
