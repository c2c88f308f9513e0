/** What is on the board, in the words of React Flow. */
import type { Node } from "@xyflow/react";
import type { Lost } from "../graph/lost";
import type { GraphNode, Note } from "../graph/model";

export type CardNode = Node<{ node: GraphNode; lost: Lost }, "card">;
export type PinNode = Node<{ thing: Note }, "note" | "frame">;
export type BoardNode = CardNode | PinNode;
