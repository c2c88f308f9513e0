/** Projects and what lies in them. */
import { api, given } from "../api/client";
import type { components } from "../api/schema";

type S = components["schemas"];
export type Project = S["ListedProjectShape"];
export type Asset = S["AssetShape"];
export type Generation = S["GenerationShape"];

export async function projects(): Promise<Project[]> {
  return (await given(api.GET("/api/projects"))).items;
}

export async function assets(project: string, cursor?: string): Promise<{ items: Asset[]; next: string | null }> {
  const query = { project_id: project, limit: 60, ...(cursor ? { cursor } : {}) };
  const page = await given(api.GET("/api/assets", { params: { query } }));
  return { items: page.items, next: page.next_cursor };
}
