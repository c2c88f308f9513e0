/** The canvas itself. Only this room knows React Flow. */
import { Background, BackgroundVariant, MiniMap, ReactFlow, ReactFlowProvider, SelectionMode, useStore } from "@xyflow/react";
import type { Edge, OnConnectStartParams } from "@xyflow/react";
import { useMemo, useState } from "react";
import type { MouseEvent } from "react";
import { lostPorts } from "../graph/lost";
import type { Lost } from "../graph/lost";
import { useEditor } from "../store/editor";
import { usePreferences } from "../store/preferences";
import { remove, useBoardChanges, useChosenWires } from "./changes";
import { useClipboard } from "./clipboard";
import { useDropping } from "./dropping";
import { edgesOf, nodesOf } from "./flow";
import { Menus, openAdding, useMenus } from "./Menus";
import { NodeCard } from "./NodeCard";
import { FrameCard, NoteCard } from "./PinCards";
import { Tools } from "./Tools";
import type { BoardNode } from "./types";
import { FAR, FIT, pointed, uncover, useView } from "./view";
import { clickedOn, connect, isValid, letGo, pickUp, putDown, reconnect, useWiring } from "./wiring";

const NODE_TYPES = { card: NodeCard, note: NoteCard, frame: FrameCard };
/** Above it, what is out of sight is not in the page. */
const MANY = 300;
const GRID: [number, number] = [10, 10];
const DELETE = ["Delete", "Backspace"];
const MULTI = ["Shift", "Meta", "Control"];
const MAP = { width: 150, height: 96 };
const NONE_LOST: ReadonlyMap<string, Lost> = new Map();

export function Board() {
  return (
    <ReactFlowProvider>
      <Inner />
    </ReactFlowProvider>
  );
}

function Inner() {
  const drawing = useEditor((state) => state.drawing);
  const catalogue = useEditor((state) => state.catalogue);
  const selected = useEditor((state) => state.selected);
  const snap = usePreferences((state) => state.snap);
  const map = usePreferences((state) => state.map);
  const wiring = useWiring((state) => state.fits !== null);
  const far = useStore((state) => state.transform[2] < FAR);
  const { moved, sizes, onNodesChange } = useBoardChanges();
  const { wires, onEdgesChange } = useChosenWires();
  const dropping = useDropping();
  const hold = useView();
  const lost = useMemo(() => (drawing ? lostPorts(drawing, catalogue) : NONE_LOST), [drawing, catalogue]);
  const nodes = useMemo(() => nodesOf(drawing, catalogue, lost, { selected, moved, sizes }), [drawing, catalogue, lost, selected, moved, sizes]);
  const edges = useMemo(() => edgesOf(drawing, catalogue, wires), [drawing, catalogue, wires]);
  const [full] = useState((drawing?.nodes.size ?? 0) > 0);
  useClipboard();
  if (!drawing) return null;
  return (
    <div className="board" ref={hold} data-far={far} data-wiring={wiring} {...dropping} {...POINTING}>
      <ReactFlow<BoardNode>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onlyRenderVisibleElements={drawing.nodes.size > MANY}
        snapToGrid={snap}
        aria-label={`Graph ${drawing.name}`}
        fitView={full}
        {...BEHAVIOUR}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.2} />
        {map && <MiniMap<BoardNode> pannable zoomable ariaLabel="Overview" nodeClassName={mapClass} nodeBorderRadius={12} style={MAP} />}
        <Tools />
      </ReactFlow>
      {!drawing.nodes.size && <Empty />}
      <Menus />
    </div>
  );
}

function Empty() {
  return (
    <div className="empty-board">
      <p>Double-click, or press <kbd>/</kbd>, to add a node.</p>
      <p className="hint">Drop pictures, sounds, films or a workflow file here.</p>
    </div>
  );
}

function mapClass(node: BoardNode): string {
  if (node.type !== "card") return `map-${node.type}`;
  const port = node.data.node.outputs[0];
  return `map-card map-${port?.type ?? "any"}`;
}

const POINTING = {
  onPointerMove: (event: MouseEvent) => pointed({ x: event.clientX, y: event.clientY }),
  onPointerLeave: () => pointed(null),
  onDoubleClick: (event: MouseEvent) => {
    if (event.target instanceof Element && event.target.classList.contains("react-flow__pane")) openAdding({ x: event.clientX, y: event.clientY });
  },
};

function openMenu(event: MouseEvent | globalThis.MouseEvent, id?: string): void {
  event.preventDefault();
  const { selected, select } = useEditor.getState();
  if (id === undefined) select(new Set());
  else if (!selected.has(id)) select(new Set([id]));
  useMenus.setState({ menu: { x: event.clientX, y: event.clientY } });
}

function begun(_: unknown, { nodeId, handleId, handleType }: OnConnectStartParams): void {
  if (nodeId && handleId && handleType) pickUp({ node_id: nodeId, port: handleId, side: handleType });
}

/** What stays the same from one drawing to the next. */
const BEHAVIOUR = {
  onDelete: remove,
  onConnect: connect,
  onConnectStart: begun,
  onConnectEnd: letGo,
  onClickConnectStart: begun,
  onClickConnectEnd: (event: globalThis.MouseEvent | TouchEvent) => clickedOn(event.target),
  onReconnectStart: (_: unknown, edge: Edge) =>
    pickUp({ node_id: edge.source, port: edge.sourceHandle ?? "", side: "source" }, edge.id),
  onReconnect: reconnect,
  onReconnectEnd: putDown,
  isValidConnection: isValid,
  onPaneClick: putDown,
  onNodeClick: (_: MouseEvent, node: BoardNode) => uncover(node.id),
  onNodeContextMenu: (event: MouseEvent, node: BoardNode) => openMenu(event, node.id),
  onSelectionContextMenu: (event: MouseEvent) => openMenu(event, [...useEditor.getState().selected][0]),
  onPaneContextMenu: (event: MouseEvent | globalThis.MouseEvent) => openMenu(event),
  snapGrid: GRID,
  selectionMode: SelectionMode.Partial,
  panOnScroll: true,
  zoomOnDoubleClick: false,
  minZoom: 0.05,
  maxZoom: 2,
  deleteKeyCode: DELETE,
  multiSelectionKeyCode: MULTI,
  fitViewOptions: FIT,
} as const;
