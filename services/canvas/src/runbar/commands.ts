/** What can be done with runs: each waits until all edits are saved, is asked once however often it is sent, and shows its run. */
import { Away, Refused } from "../api/client";
import type { ServerOp } from "../graph/edit";
import { drawingOf } from "../graph/model";
import * as io from "../io/runs";
import { since } from "../run/forking";
import { lacks, needed, variablesOf } from "../run/ready";
import { amount } from "../run/words";
import type { Execution } from "../run/view";
import { go } from "../route";
import { useEditor } from "../store/editor";
import { useNotices } from "../store/notices";
import { useRunning } from "../store/running";
import { useStarting } from "../store/starting";
import type { Flaw } from "../store/starting";
import { saved } from "./saved";

const worthAgain = (error: unknown) => error instanceof Away || (error instanceof Refused && error.status >= 500);

/** Run all that the graph has, or what these nodes need. Where it uses variables, they are asked for first. */
export async function run(outputs: readonly string[] = [], ask = false): Promise<void> {
  const { drawing, catalogue } = useEditor.getState();
  if (!drawing || useStarting.getState().asking) return;
  const nodes = needed(drawing, outputs);
  const lacking = lacks(drawing, nodes, catalogue);
  if (lacking.length) {
    useStarting.setState({ flaws: lacking });
    return;
  }
  const names = variablesOf(drawing, nodes);
  if (names.length && (ask || (await unset(names, drawing.project_id)).length)) {
    useStarting.setState({ dialog: outputs, flaws: [] });
    return;
  }
  await begin(outputs);
}

/** Run what is needed for one node, and no more. */
export async function runNode(id: string): Promise<void> {
  await run([id]);
}

/** Make another variation of a node, and show the run. */
export async function regenerate(id: string): Promise<void> {
  const graph = useEditor.getState().drawing?.id;
  if (!graph) return;
  await asked(() => io.surely((as) => io.regenerated(graph, id, as), worthAgain));
}

/** With the variables and the budget as they were given. */
export async function begin(outputs: readonly string[]): Promise<void> {
  const graph = useEditor.getState().drawing?.id;
  if (!graph) return;
  const wish = { graph, outputs, ...terms() };
  await asked(() => io.surely((as) => io.started(wish, as), worthAgain));
}

/** The budget in the field, and the values of variables that were given here. */
export function terms(): { budget: number | null; variables: Readonly<Record<string, string>> } {
  const { budget, variables } = useStarting.getState();
  const { drawing } = useEditor.getState();
  const used = drawing ? variablesOf(drawing, new Set(drawing.nodes.keys())) : [];
  return { budget: amount(budget), variables: Object.fromEntries(Object.entries(variables).filter(([name]) => used.includes(name))) };
}

/** The names that neither the project nor anybody here has given a value. */
async function unset(names: readonly string[], id: string): Promise<string[]> {
  const given = useStarting.getState().variables;
  if (names.every((name) => name in given)) return [];
  const known = await io.variables(id);
  return names.filter((name) => !(name in given) && !(name in known));
}

async function asked(work: () => Promise<Execution>): Promise<void> {
  if (useStarting.getState().asking) return;
  useStarting.setState({ asking: "saving", flaws: [] });
  try {
    await saved();
    useStarting.setState({ asking: "run" });
    shown(await work());
  } catch (error) {
    useStarting.setState({ flaws: flawsOf(error) });
  } finally {
    useStarting.setState({ asking: null, dialog: null });
  }
}

function shown(execution: Execution): void {
  const { learn } = useRunning.getState();
  learn(execution);
  if (execution.graph_id) go({ page: "graph", graph: execution.graph_id, run: execution.id });
}

function flawsOf(error: unknown): Flaw[] {
  if (!(error instanceof Refused) || !error.flaws.length) return [{ message: error instanceof Error ? error.message : String(error), node: null }];
  const { drawing } = useEditor.getState();
  return error.flaws.map(({ loc, message }) => ({ message, node: loc.map(String).find((part) => drawing?.nodes.has(part)) ?? null }));
}

export async function cancel(id: string): Promise<void> {
  await io.cancelled(id);
  useNotices.getState().say("Cancelled. What was made stays.");
}

/** Go on with what failed, was cancelled or skipped. */
export async function resume(id: string): Promise<void> {
  useRunning.getState().travel(null);
  shown(await io.surely((as) => io.resumed(id, as), worthAgain));
}

/** What became of a request that cannot be known; then go on. */
export async function settle(id: string, node: string, how: io.Settling): Promise<void> {
  await io.surely((as) => io.settled(id, node, how, as), worthAgain);
  if (how.action !== "fail") await resume(id);
}

/** A new run from an old one: what the board has not changed since is taken over, not made and paid again. */
export async function fork(id: string, vary: string | null = null): Promise<void> {
  await asked(async () => {
    const { drawing } = useEditor.getState();
    const { execution } = useRunning.getState().shown ?? {};
    const source = execution?.id === id ? execution : await io.execution(id);
    const edits: ServerOp[] = vary === null ? [] : [{ op: "vary_node", node_id: vary }];
    if (drawing && source.graph_id === drawing.id && source.graph_version !== null && source.graph_version < drawing.version && vary === null)
      edits.push(...since(drawingOf(await io.graphThen(drawing.id, source.graph_version)), drawing));
    return await io.surely((as) => io.forked(id, edits, { outputs: [], ...terms() }, as), worthAgain);
  });
}
