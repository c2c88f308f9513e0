/** The examples of the repository, one chunk each: nothing of them is loaded before it is wanted. */
import { isWorkflow } from "../graph/files";
import type { Workflow } from "../graph/files";
import type { Graph } from "../graph/model";
import * as io from "../io/graphs";
import { uploaded } from "../io/uploads";

export interface Template {
  file: string;
  name: string;
  description: string;
  workflow: Workflow;
}

const FILES = import.meta.glob<unknown>("../../../../examples/*.json", { import: "default" });
/** What lies beside them, as addresses. */
const MEDIA = import.meta.glob<string>("../../../../examples/media/*", { import: "default", query: "?url" });
const FIRST = "main.json";

export async function templates(): Promise<Template[]> {
  const all = await Promise.all(Object.entries(FILES).map(async ([path, load]) => templateOf(path.split("/").at(-1) ?? path, await load())));
  return all.flat().sort((a, b) => Number(b.file === FIRST) - Number(a.file === FIRST) || a.name.localeCompare(b.name));
}

function templateOf(file: string, workflow: unknown): Template[] {
  return isWorkflow(workflow) ? [{ file, name: workflow.name, description: workflow.description ?? "", workflow }] : [];
}

/** A graph of a template. Pictures that it names by a path are uploaded first. */
export async function begun({ workflow }: Template, project: string): Promise<Graph> {
  const found = new Map<string, string>();
  for (const node of workflow.nodes) {
    const name = mediaOf(node);
    const load = name && MEDIA[`../../../../examples/${name}`];
    if (name && load && !found.has(name)) found.set(name, (await uploaded(await fileOf(name, await load()), project)).id);
  }
  const nodes = workflow.nodes.map((node) => {
    const asset = found.get(mediaOf(node) ?? "");
    return asset ? { ...node, params: { ...node.params, asset_id: asset } } : node;
  });
  return await io.imported({ ...workflow, nodes }, project);
}

function mediaOf(node: Workflow["nodes"][number]): string | null {
  const name = node.type === "asset" ? node.params?.["asset_id"] : null;
  return typeof name === "string" && name.includes(".") ? name : null;
}

async function fileOf(name: string, url: string): Promise<File> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${name} could not be loaded.`);
  return new File([await response.blob()], name.split("/").at(-1) ?? name);
}
