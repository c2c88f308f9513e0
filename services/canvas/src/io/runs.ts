/** Runs: started, stopped, looked at, settled, compared. */
import { api, given, key } from "../api/client";
import type { components } from "../api/schema";
import type { ServerOp } from "../graph/edit";
import type { Graph } from "../graph/model";
import type { Execution, RunEvent } from "../run/view";

type S = components["schemas"];
export type Estimate = S["EstimateShape"];
export type Explanation = S["ExplainShape"];
export type Diff = S["DiffShape"];

/** What a run is asked for. */
export interface Wish {
  graph: string;
  /** None: all that the graph has. */
  outputs: readonly string[];
  /** Micro-credits. */
  budget: number | null;
  variables: Readonly<Record<string, string>>;
}

function body({ graph, outputs, budget, variables }: Wish) {
  const asked = { graph_id: graph, output_node_ids: [...outputs], variables: { ...variables } };
  return budget === null ? asked : { ...asked, budget };
}

/** Sent again under the same key it is done once. */
export async function started(wish: Wish, as: string): Promise<Execution> {
  return await given(api.POST("/api/executions/", { params: { header: { "Idempotency-Key": as } }, body: body(wish) }));
}

export async function estimated(wish: Wish): Promise<Estimate> {
  return await given(api.POST("/api/executions/estimate", { body: body(wish) }));
}

export async function regenerated(graph: string, node: string, as: string): Promise<Execution> {
  const params = { path: { graph_id: graph, node_id: node }, header: { "Idempotency-Key": as } };
  return await given(api.POST("/api/graphs/{graph_id}/nodes/{node_id}/regenerate", { params }));
}

export async function execution(id: string): Promise<Execution> {
  return await given(api.GET("/api/executions/{execution_id}", { params: { path: { execution_id: id } } }));
}

const PAGE = 10;

/** The newest first. */
export async function executions(graph: string, cursor: string | null = null): Promise<{ items: Execution[]; next_cursor: string | null }> {
  const query = { graph_id: graph, limit: PAGE, ...(cursor === null ? {} : { cursor }) };
  return await given(api.GET("/api/executions/", { params: { query } }));
}

export async function cancelled(id: string): Promise<void> {
  await given(api.DELETE("/api/executions/{execution_id}", { params: { path: { execution_id: id } } }));
}

export async function resumed(id: string, as: string): Promise<Execution> {
  const params = { path: { execution_id: id }, header: { "Idempotency-Key": as } };
  return await given(api.POST("/api/executions/{execution_id}/resume", { params }));
}

export async function forked(id: string, edits: readonly ServerOp[], wish: Omit<Wish, "graph">, as: string): Promise<Execution> {
  const params = { path: { execution_id: id }, header: { "Idempotency-Key": as } };
  const asked = { edits: [...edits], output_node_ids: [...wish.outputs], variables: { ...wish.variables } };
  const whole = wish.budget === null ? asked : { ...asked, budget: wish.budget };
  return await given(api.POST("/api/executions/{execution_id}/fork", { params, body: whole }));
}

export type Settling = { action: "resubmit" | "fail" } | { action: "adopt"; handle: string };

export async function settled(id: string, node: string, how: Settling, as: string): Promise<Execution> {
  const params = { path: { execution_id: id, node_id: node }, header: { "Idempotency-Key": as } };
  return await given(api.POST("/api/executions/{execution_id}/nodes/{node_id}/settle", { params, body: how }));
}

export async function explained(id: string, node: string): Promise<Explanation> {
  const params = { path: { execution_id: id, node_id: node } };
  return await given(api.GET("/api/executions/{execution_id}/nodes/{node_id}/explain", { params }));
}

export async function compared(a: string, b: string): Promise<Diff> {
  return await given(api.GET("/api/executions/diff", { params: { query: { a, b } } }));
}

/** Its events behind a position, all of them. */
export async function history(id: string, behind = -1): Promise<RunEvent[]> {
  const found: RunEvent[] = [];
  for (let after = Math.max(0, behind); ; ) {
    const query = { limit: 1000, after };
    const page = await given(api.GET("/api/executions/{execution_id}/events", { params: { path: { execution_id: id }, query } }));
    found.push(...page.items);
    if (page.next_cursor === null) return found;
    after = page.next_cursor;
  }
}

const AGAIN_MS = [300, 1000, 2500];

/** Do it under one key, again if it is not known whether the server heard it: it is done once. */
export async function surely<T>(work: (as: string) => Promise<T>, worth: (error: unknown) => boolean): Promise<T> {
  const as = key();
  for (const pause of AGAIN_MS) {
    try {
      return await work(as);
    } catch (error) {
      if (!worth(error)) throw error;
      await new Promise((go) => setTimeout(go, pause));
    }
  }
  return await work(as);
}

/** A graph as it was. */
export async function graphThen(id: string, version: number): Promise<Graph> {
  return await given(api.GET("/api/graphs/{graph_id}", { params: { path: { graph_id: id }, query: { version } } }));
}

/** What a project's variables are. */
export async function variables(project: string): Promise<Readonly<Record<string, string>>> {
  return (await given(api.GET("/api/projects/{project_id}", { params: { path: { project_id: project } } }))).variables;
}
