/** Edits of other tabs, and of other people, are shown as they are made. */
import { useEditor } from "./editor";
import { listen } from "./live";
import { heard } from "./sending";

/** Gives what stops it. */
export function watchGraph(graph: string): () => void {
  return listen({
    hear: ({ event, data }) => {
      if (event !== "graph_changed" || data["graph_id"] !== graph) return;
      if (data["deleted"] === true) useEditor.setState({ gone: true });
      else if (typeof data["version"] === "number") heard(data["version"]);
    },
    opened: (gapless) => {
      if (!gapless) heard(Number.MAX_SAFE_INTEGER);
    },
  });
}
