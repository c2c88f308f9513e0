/** Graphs, read and edited through the gateway. */
import { api, given, key } from "../api/client";
import type { Op } from "../graph/edit";
import type { Graph, NodeType } from "../graph/model";

export async function nodeTypes(): Promise<NodeType[]> {
  return (await given(api.GET("/api/node-types"))).items;
}

export async function graph(id: string): Promise<Graph> {
  return await given(api.GET("/api/graphs/{graph_id}", { params: { path: { graph_id: id } } }));
}

export async function graphs(project: string): Promise<Graph[]> {
  const query = { project_id: project, limit: 100 };
  return (await given(api.GET("/api/graphs/", { params: { query } }))).items;
}

export async function created(name: string, project: string): Promise<Graph> {
  return await given(
    api.POST("/api/graphs/", { params: { header: { "Idempotency-Key": key() } }, body: { name, project_id: project } }),
  );
}

/** All of the ops, or none. Sent again under the same key it is done once. */
export async function edited(id: string, ops: readonly Op[], as: string): Promise<Graph> {
  return await given(
    api.POST("/api/graphs/{graph_id}/edits", {
      params: { path: { graph_id: id }, header: { "Idempotency-Key": as } },
      body: { ops: [...ops] },
    }),
  );
}

/** From a workflow file.
 *
 * @throws Refused with every flaw of the file.
 */
export async function imported(workflow: unknown, project: string): Promise<Graph> {
  return await given(
    api.POST("/api/graphs/import", {
      params: { header: { "Idempotency-Key": key() }, query: { project_id: project } },
      body: workflow as never,
    }),
  );
}
