/** Who one is, and projects. */
import { api, given, key, reached, refusal } from "../api/client";
import type { components } from "../api/schema";

type S = components["schemas"];
export type Me = S["MeShape"];
export type Project = S["ListedProjectShape"];

export async function me(): Promise<Me> {
  return await given(api.GET("/api/me"));
}

export async function projects(): Promise<Project[]> {
  return (await given(api.GET("/api/projects", { params: { query: { limit: 100 } } }))).items;
}

export async function newProject(name: string): Promise<S["ProjectShape"]> {
  return await given(api.POST("/api/projects", { params: { header: { "Idempotency-Key": key() } }, body: { name } }));
}

/** Have a cookie for an API key or a token.
 *
 * @throws Refused when it is not known.
 */
export async function signIn(secret: string): Promise<void> {
  const headers = { Authorization: `Bearer ${secret}` };
  const response = await reached(fetch("/api/session", { method: "POST", headers, credentials: "same-origin" }));
  if (!response.ok) throw refusal(response, await response.json().catch(() => null));
}

export async function signOut(): Promise<void> {
  await given(api.DELETE("/api/session"));
}

export async function renamedProject(id: string, name: string): Promise<void> {
  await given(api.PATCH("/api/projects/{project_id}", { params: { path: { project_id: id } }, body: { name } }));
}
