/** Media that were uploaded or made: found, named, deleted and had back. */
import { api, given, key } from "../api/client";
import type { components, operations } from "../api/schema";

type S = components["schemas"];
export type Asset = S["AssetShape"];
export type Uses = S["UsesShape"];
export type Lineage = S["LineageShape"];
export type LineageNode = S["LineageNodeShape"];
export type AssetQuery = NonNullable<operations["list_assets_api_assets_get"]["parameters"]["query"]>;

export interface Page<T> {
  items: readonly T[];
  next_cursor: string | null;
}

export async function assets(query: AssetQuery): Promise<Page<Asset>> {
  return await given(api.GET("/api/assets", { params: { query } }));
}

export async function asset(id: string): Promise<Asset> {
  return await given(api.GET("/api/assets/{asset_id}", at(id)));
}

export async function described(id: string, change: S["AssetChange"]): Promise<Asset> {
  return await given(api.PATCH("/api/assets/{asset_id}", { ...at(id), body: change }));
}

export async function uses(id: string): Promise<Uses> {
  return await given(api.GET("/api/assets/{asset_id}/uses", at(id)));
}

/** Whatever uses it: ask `uses` first. */
export async function deleted(id: string): Promise<S["DeletedShape"]> {
  return await given(api.DELETE("/api/assets/{asset_id}", { params: { path: { asset_id: id }, query: { confirm: true } } }));
}

/** @throws Refused when it was deleted too long ago. */
export async function restored(id: string): Promise<Asset> {
  const params = { path: { asset_id: id }, header: { "Idempotency-Key": key() } };
  return await given(api.POST("/api/assets/{asset_id}/restore", { params }));
}

/** `depth`: steps, each way. */
export async function lineage(id: string, direction: "both" | "up" | "down", depth: number): Promise<Lineage> {
  const params = { path: { asset_id: id }, query: { direction, depth, limit: 120 } };
  return await given(api.GET("/api/assets/{asset_id}/lineage", { params }));
}

/** The original, with its provenance in it. */
export function downloadUrl(id: string): string {
  return `/api/assets/${encodeURIComponent(id)}/download`;
}

function at(id: string) {
  return { params: { path: { asset_id: id } } };
}
