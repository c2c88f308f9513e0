import { useMemo } from "react";
import { called } from "../graph/model";
import type { GraphNode } from "../graph/model";
import { useEditor } from "../store/editor";
import { NodeMenu } from "../ui/NodeMenu";
import type { Choice } from "../ui/NodeMenu";
import { choose } from "./commands";
import { middleOfScreen } from "./view";

const ABOVE = 200;

/** Jump to a node by its name, its type, or the words in it. */
export function FindMenu({ close }: { close: () => void }) {
  const drawing = useEditor((state) => state.drawing);
  const catalogue = useEditor((state) => state.catalogue);
  const choices = useMemo(() => {
    const all = [...(drawing?.nodes.values() ?? [])];
    return all.map((node): Choice => ({ key: `${node.id} ${node.type}`, name: called(node, catalogue), hint: words(node), act: () => choose([node.id]) }));
  }, [drawing, catalogue]);
  const { x, y } = middleOfScreen();
  return <NodeMenu title="Find a node" at={{ x: x - 137, y: y - ABOVE }} choices={choices} close={close} />;
}

function words(node: GraphNode): string {
  const text = node.params["prompt"] ?? node.params["text"] ?? node.type;
  return typeof text === "string" && text ? text.slice(0, 60) : node.type;
}
