/** Graphs, read and edited through the gateway. */
import { api, given, key } from "../api/client";
import type { ServerOp } from "../graph/edit";
import type { components } from "../api/schema";
import type { Graph, NodeType } from "../graph/model";
import type { Flow, Workflow } from "../graph/files";

export type Version = components["schemas"]["VersionShape"];

export async function nodeTypes(): Promise<NodeType[]> {
  return (await given(api.GET("/api/node-types"))).items;
}

export async function graph(id: string): Promise<Graph> {
  return await given(api.GET("/api/graphs/{graph_id}", { params: { path: { graph_id: id } } }));
}

const PAGES = 20;

export async function graphs(project: string): Promise<Graph[]> {
  const found: Graph[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES; page++) {
    const query = { project_id: project, limit: 100, ...(cursor === null ? {} : { cursor }) };
    const answer: { items: Graph[]; next_cursor?: string | null } = await given(api.GET("/api/graphs/", { params: { query } }));
    found.push(...answer.items);
    cursor = answer.next_cursor ?? null;
    if (cursor === null) break;
  }
  return found;
}

export async function created(name: string, project: string): Promise<Graph> {
  return await given(
    api.POST("/api/graphs/", { params: { header: { "Idempotency-Key": key() } }, body: { name, project_id: project } }),
  );
}

/** All of the ops, or none. Sent again under the same key it is done once; `version`: only if it is still that one. */
export async function edited(id: string, ops: readonly ServerOp[], as: string, version: number | null = null): Promise<Graph> {
  const header = { "Idempotency-Key": as, ...(version === null ? {} : { "If-Match": `"${version}"` }) };
  return await given(
    api.POST("/api/graphs/{graph_id}/edits", { params: { path: { graph_id: id }, header }, body: { ops: [...ops] } }),
  );
}

/** From a workflow file.
 *
 * @throws Refused with every flaw of the file.
 */
export async function imported(workflow: Workflow, project: string): Promise<Graph> {
  return await given(
    api.POST("/api/graphs/import", {
      params: { header: { "Idempotency-Key": key() }, query: { project_id: project } },
      body: workflow,
    }),
  );
}

/** From what React Flow saves. What does not fit is left out, and told. */
export async function importedFlow(flow: Flow, project: string): Promise<Graph & { import_notes: { message: string }[] }> {
  const body = { ...flow, project_id: project, lenient: true };
  return await given(api.POST("/api/graphs/import/flow", { params: { header: { "Idempotency-Key": key() } }, body }));
}

export async function exported(id: string, format: "workflow" | "react-flow" = "workflow"): Promise<unknown> {
  return await given(api.GET("/api/graphs/{graph_id}/export", { params: { path: { graph_id: id }, query: { format } } }));
}

export async function duplicated(id: string): Promise<Graph> {
  const params = { path: { graph_id: id }, header: { "Idempotency-Key": key() } };
  return await given(api.POST("/api/graphs/{graph_id}/duplicate", { params }));
}

export async function renamed(id: string, name: string): Promise<Graph> {
  return await given(api.PATCH("/api/graphs/{graph_id}", { params: { path: { graph_id: id } }, body: { name } }));
}

export async function removed(id: string): Promise<void> {
  await given(api.DELETE("/api/graphs/{graph_id}", { params: { path: { graph_id: id } } }));
}

/** The newest first; `cursor`: those that come after. */
export async function versions(id: string, cursor: string | null): Promise<{ items: Version[]; next_cursor: string | null }> {
  const query = { limit: 50, ...(cursor === null ? {} : { cursor }) };
  const page = await given(api.GET("/api/graphs/{graph_id}/history", { params: { path: { graph_id: id }, query } }));
  return { items: page.items, next_cursor: page.next_cursor ?? null };
}

/** As a new version: nothing is lost. */
export async function restored(id: string, version: number): Promise<Graph> {
  const params = { path: { graph_id: id }, header: { "Idempotency-Key": key() } };
  return await given(api.POST("/api/graphs/{graph_id}/restore", { params, body: { version } }));
}
