/** Runs and nodes in the words of a person. */
import type { NodeView } from "./fold";

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
  return WORDS[run.state];
}

export function elapsed(run: Pick<NodeView, "since" | "until">): string {
  if (run.since === null || run.until === null) return "";
  const seconds = Math.max(0, run.until - run.since) / 1000;
  if (seconds < 0.05) return "";
  return seconds < 10 ? `${seconds.toFixed(1)} s` : seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

const MICRO = 1_000_000;

/** Of micro-credits. */
export function price(micro: number): string {
  return micro ? `${Number((micro / MICRO).toPrecision(3))} cr` : "free";
}
