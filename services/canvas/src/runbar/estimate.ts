/** What a run would cost, asked for when the graph has come to rest. */
import { useEffect, useState } from "react";
import * as io from "../io/runs";
import type { Estimate } from "../io/runs";
import { lacks, needed, variablesOf } from "../run/ready";
import { useEditor } from "../store/editor";
import { useLive } from "../store/live";
import { shown, useRunning } from "../store/running";
import { useStarting } from "../store/starting";
import { isOver } from "../run/fold";

const REST_MS = 400;
const asked = new Map<string, Promise<Estimate | null>>();
const KEPT = 50;

/** Of all that the graph has, or of what one node needs; null while it is not known, or cannot be run. */
export function useEstimate(node?: string): Estimate | null {
  const drawing = useEditor((state) => state.drawing);
  const saved = useEditor((state) => state.waiting.length === 0);
  const version = useEditor((state) => state.base?.version ?? 0);
  const there = useLive((state) => state.link === "live");
  const variables = useStarting((state) => state.variables);
  // what was made is not made again: it costs less after a run
  const made = useRunning((state) => `${state.chosen ?? ""} ${isOver(shown(state)?.state ?? "pending")}`);
  const [estimate, setEstimate] = useState<Estimate | null>(null);
  const graph = drawing?.id;
  useEffect(() => {
    if (!graph || !saved || !there) return;
    let current = true;
    const timer = window.setTimeout(() => {
      void estimated(graph, node, `${version} ${made}`, variables).then((found) => {
        if (current) setEstimate(found);
      });
    }, REST_MS);
    return () => {
      current = false;
      window.clearTimeout(timer);
    };
  }, [graph, node, saved, version, there, made, variables]);
  return estimate;
}

/** Several that ask for the same are answered by one question. */
function estimated(graph: string, node: string | undefined, moment: string, variables: Readonly<Record<string, string>>): Promise<Estimate | null> {
  const { drawing, catalogue } = useEditor.getState();
  const outputs = node === undefined ? [] : [node];
  if (!drawing || drawing.id !== graph) return Promise.resolve(null);
  const nodes = needed(drawing, outputs);
  if (lacks(drawing, nodes, catalogue).length) return Promise.resolve(null);
  const names = variablesOf(drawing, nodes);
  // those of the project are not known here: whatever they are, the price is about the same
  const filled = Object.fromEntries(names.map((name) => [name, variables[name] ?? name]));
  const question = JSON.stringify([graph, node, moment, filled]);
  const known = asked.get(question);
  if (known) return known;
  const answer = io.estimated({ graph, outputs, budget: null, variables: filled }).catch(() => null); // no price then
  if (asked.size >= KEPT) asked.clear();
  asked.set(question, answer);
  return answer;
}
