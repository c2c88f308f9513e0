import { called } from "../graph/model";
import { useEditor } from "../store/editor";

/** The name of a node on the board; its id where it is not there any more. */
export function nameOf(id: string): string {
  const { drawing, catalogue } = useEditor.getState();
  const node = drawing?.nodes.get(id);
  return node ? called(node, catalogue) : id;
}
