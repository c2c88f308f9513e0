/** What nodes have made. */
import { api, given } from "../api/client";
import type { components, operations } from "../api/schema";
import type { Page } from "./assets";

type S = components["schemas"];
export type Generation = S["GenerationShape"];
export type GenerationQuery = NonNullable<
  operations["list_generations_api_projects__project_id__generations_get"]["parameters"]["query"]
>;

/** The newest first. */
export async function generations(project: string, query: GenerationQuery): Promise<Page<Generation>> {
  const params = { path: { project_id: project }, query };
  return await given(api.GET("/api/projects/{project_id}/generations", { params }));
}

/** The whole of a text of which a value has only the beginning. */
export async function wholeText(url: string): Promise<string> {
  const response = await fetch(url, { credentials: "same-origin" });
  if (!response.ok) throw new Error("The whole text is not there any more.");
  return await response.text();
}
