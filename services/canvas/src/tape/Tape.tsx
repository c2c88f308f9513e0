/** Everything that a node ever made, the newest first. */
import type { GraphNode } from "../graph/model";

export function Tape({ node }: { node: GraphNode }) {
  return <p className="hint">Nothing was made with {node.type} yet.</p>;
}
