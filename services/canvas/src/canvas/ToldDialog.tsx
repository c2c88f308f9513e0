import { useState } from "react";
import { Refused } from "../api/client";
import { copyOf, pasting } from "../graph/clipboard";
import { isWorkflow } from "../graph/files";
import { mint } from "../graph/mint";
import * as io from "../io/graphs";
import { go } from "../route";
import { useEditor } from "../store/editor";
import { Dialog } from "../ui/Dialog";
import { tried } from "../ui/failing";
import { choose } from "./commands";
import { asNode, useTold } from "./dropping";

/** A picture says which graph made it: take the workflow, or the picture? */
export function ToldDialog() {
  const told = useTold((state) => state.told);
  const [refusal, setRefusal] = useState<string | null>(null);
  if (!told) return null;
  const { file, from, at } = told;
  const close = () => {
    setRefusal(null);
    useTold.setState({ told: null });
  };
  const copy = async () => {
    try {
      const workflow = await io.exported(from.graph);
      if (!isWorkflow(workflow)) throw new Error("Its graph is empty now.");
      const { ops, ids } = pasting(copyOf(workflow), at, mint);
      close();
      useEditor.getState().edit(`Import the workflow of ${file.name}`, ops);
      choose(ids);
    } catch (error) {
      const gone = error instanceof Refused && error.status === 404;
      setRefusal(gone ? "Its graph is not on this installation, or it was deleted. You can still add the picture." : String(error));
    }
  };
  const then = (act: () => void) => () => {
    close();
    act();
  };
  const actions = (
    <>
      <button onClick={then(() => go({ page: "graph", graph: from.graph, run: null }))}>Open its graph</button>
      <button onClick={then(() => tried(asNode(file, at)))}>Add the picture</button>
      <button className="primary" disabled={refusal !== null} onClick={() => void copy()}>Add its workflow</button>
    </>
  );
  return (
    <Dialog title="This was made here" close={close} actions={actions}>
      <p>{file.name} says that the node “{from.node}” of a graph made it{from.model && `, with ${from.model}`}.</p>
      {refusal && <p className="trouble" role="alert">{refusal}</p>}
    </Dialog>
  );
}
