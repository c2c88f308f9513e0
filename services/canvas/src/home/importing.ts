/** A graph out of a file: a workflow, what React Flow saves, or a picture that says which graph made it. */
import { Refused } from "../api/client";
import { graphIn, isWorkflow } from "../graph/files";
import type { Graph } from "../graph/model";
import { provenanceOf } from "../graph/provenance";
import * as io from "../io/graphs";
import { useNotices } from "../store/notices";

const TEXT_MOST = 20_000_000;

/**
 * @throws Error with why there is none in it; Refused with what does not fit.
 */
export async function graphFrom(file: File, project: string): Promise<Graph> {
  if (/^(image|video)\//.test(file.type)) return await fromPicture(file, project);
  const found = file.size > TEXT_MOST ? null : graphIn(await file.text());
  if (!found) throw new Error(`${file.name} holds no workflow. Take a workflow file, or a picture that was made here.`);
  if (found.kind === "workflow") return await io.imported(found.workflow, project);
  const graph = await io.importedFlow(found.flow, project);
  graph.import_notes.slice(0, 3).forEach((one) => useNotices.getState().say(one.message, "no"));
  return graph;
}

async function fromPicture(file: File, project: string): Promise<Graph> {
  const from = provenanceOf(new Uint8Array(await file.arrayBuffer()));
  if (!from) throw new Error(`${file.name} does not say which graph made it. Open a graph, and drop it there to work with it.`);
  try {
    const workflow = await io.exported(from.graph);
    if (!isWorkflow(workflow)) throw new Error("The graph that made it is empty now.");
    return await io.imported({ ...workflow, name: `${workflow.name} (from ${file.name})`.slice(0, 200) }, project);
  } catch (error) {
    if (error instanceof Refused && error.status === 404) throw new Error("The graph that made it is not on this installation, or it was deleted.", { cause: error });
    throw error;
  }
}
