/** The canvas itself. Only this room knows React Flow. */
import { Background, BackgroundVariant, Controls, MiniMap, ReactFlow, ReactFlowProvider, SelectionMode, useReactFlow } from "@xyflow/react";
import { useCallback, useMemo, useRef } from "react";
import { fitting } from "../graph/connect";
import type { Point } from "../graph/model";
import { useEditor } from "../store/editor";
import { FitMenu } from "../ui/FitMenu";
import { remove, useChosenWires, useDragging } from "./changes";
import { useClipboard } from "./clipboard";
import { edgesOf, nodesOf } from "./flow";
import { NodeCard } from "./NodeCard";
import type { CardNode } from "./NodeCard";
import { connect, isValid, take, useOffer } from "./wiring";

const NODE_TYPES = { card: NodeCard };
/** Above it, what is out of sight is not in the page. */
const MANY = 300;
const GRID: [number, number] = [10, 10];
const DELETE = ["Delete", "Backspace"];
const MULTI = ["Shift", "Meta", "Control"];

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
  const flow = useReactFlow();
  const { dragged, onNodesChange } = useDragging();
  const { wires, onEdgesChange } = useChosenWires();
  const { offer, onConnectEnd, close } = useOffer();
  const pointer = useRef<Point>({ x: 0, y: 0 });
  const nodes = useMemo(() => nodesOf(drawing, selected, dragged), [drawing, selected, dragged]);
  const edges = useMemo(() => edgesOf(drawing, wires), [drawing, wires]);
  useClipboard(useCallback(() => flow.screenToFlowPosition(pointer.current), [flow]));
  if (!drawing) return null;
  return (
    <div className="board" onPointerMove={(event) => (pointer.current = { x: event.clientX, y: event.clientY })}>
      <ReactFlow<CardNode>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onDelete={remove}
        onConnect={connect}
        onConnectEnd={onConnectEnd}
        isValidConnection={isValid}
        onlyRenderVisibleElements={drawing.nodes.size > MANY}
        snapToGrid
        snapGrid={GRID}
        selectionMode={SelectionMode.Partial}
        panOnScroll
        zoomOnDoubleClick={false}
        minZoom={0.1}
        maxZoom={2}
        deleteKeyCode={DELETE}
        multiSelectionKeyCode={MULTI}
        fitView
        fitViewOptions={{ padding: 0.15, maxZoom: 1 }}
        aria-label={`Graph ${drawing.name}`}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.2} />
        <MiniMap pannable zoomable ariaLabel="Overview" />
        <Controls showInteractive={false} />
      </ReactFlow>
      {offer && (
        <FitMenu
          at={offer.screen}
          offers={fitting(offer.loose, drawing, catalogue)}
          take={(type, port) => {
            take(offer, type, port);
            close();
          }}
          close={close}
        />
      )}
    </div>
  );
}
