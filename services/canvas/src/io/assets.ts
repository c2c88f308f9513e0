/** Media that were uploaded or made: found, named, deleted and had back. */
import { api, given } from "../api/client";
import type { components } from "../api/schema";

type S = components["schemas"];
export type Asset = S["AssetShape"];
export type Uses = S["UsesShape"];
export type Lineage = S["LineageShape"];
export type LineageNode = S["LineageNodeShape"];

export async function asset(id: string): Promise<Asset> {
  return await given(api.GET("/api/assets/{asset_id}", { params: { path: { asset_id: id } } }));
}
