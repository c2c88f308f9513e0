/** Runs: started, stopped, looked at, and followed live. */
import { api, given, key } from "../api/client";
import type { Execution, RunEvent } from "../run/fold";

export async function started(graph: string, outputs: readonly string[], budget: number | null): Promise<Execution> {
  return await given(
    api.POST("/api/executions/", {
      params: { header: { "Idempotency-Key": key() } },
      body: { graph_id: graph, output_node_ids: [...outputs], ...(budget === null ? {} : { budget }) },
    }),
  );
}

export async function execution(id: string): Promise<Execution> {
  return await given(api.GET("/api/executions/{execution_id}", { params: { path: { execution_id: id } } }));
}

export async function executions(graph: string): Promise<Execution[]> {
  const query = { graph_id: graph, limit: 30 };
  return (await given(api.GET("/api/executions/", { params: { query } }))).items;
}

export async function cancelled(id: string): Promise<void> {
  await given(api.DELETE("/api/executions/{execution_id}", { params: { path: { execution_id: id } } }));
}

export async function resumed(id: string): Promise<void> {
  const params = { path: { execution_id: id }, header: { "Idempotency-Key": key() } };
  await given(api.POST("/api/executions/{execution_id}/resume", { params }));
}

export async function history(id: string): Promise<RunEvent[]> {
  const found: RunEvent[] = [];
  for (let after: number | undefined; ; ) {
    const query = after === undefined ? { limit: 1000 } : { limit: 1000, after };
    const page = await given(
      api.GET("/api/executions/{execution_id}/events", { params: { path: { execution_id: id }, query } }),
    );
    found.push(...page.items);
    if (page.next_cursor === null) return found;
    after = page.next_cursor;
  }
}

const NAMES = [
  "execution_started",
  "execution_resumed",
  "execution_completed",
  "execution_failed",
  "execution_cancelled",
  "node_queued",
  "node_started",
  "node_progress",
  "node_completed",
  "node_cached",
  "node_inherited",
  "node_in_doubt",
  "node_failed",
  "node_retrying",
  "node_cancelled",
  "node_skipped",
  "graph_changed",
  "asset_added",
  "character_changed",
];
const AGAIN_MS = [500, 1000, 2000, 5000];

export interface Following {
  stop: () => void;
}

/** Follow a stream from a position on, through lost networks and restarted gateways: no gap, nothing twice.
 *
 * The browser's own EventSource gives up on a 503; this one comes back until it is told to stop.
 */
export function followed(
  path: string,
  after: number,
  hear: (event: RunEvent) => void,
  tell: (connected: boolean) => void,
): Following {
  let position = after;
  let source: EventSource | null = null;
  let timer: number | undefined;
  let failures = 0;
  const take = (message: MessageEvent<string>) => {
    const id = message.lastEventId === "" || message.type === "node_progress" ? undefined : Number(message.lastEventId);
    if (id !== undefined && Number.isFinite(id)) position = id;
    const data = JSON.parse(message.data) as Record<string, unknown>;
    hear(id === undefined ? { event: message.type, data } : { event: message.type, id, data });
  };
  const open = () => {
    const url = new URL(path, window.location.origin);
    if (position >= 0) url.searchParams.set("after", String(position));
    source = new EventSource(url, { withCredentials: true });
    source.onopen = () => {
      failures = 0;
      tell(true);
    };
    source.onerror = () => {
      source?.close();
      tell(false);
      timer = window.setTimeout(open, AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)]);
    };
    for (const name of NAMES) source.addEventListener(name, take as (event: Event) => void);
  };
  open();
  return {
    stop: () => {
      window.clearTimeout(timer);
      source?.close();
    },
  };
}
