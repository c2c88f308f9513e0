/** The canvas itself. The only room that knows React Flow. */
import {
  Background,
  BackgroundVariant,
  Controls,
  MiniMap,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  applyNodeChanges,
  useReactFlow,
} from "@xyflow/react";
import type {
  Connection,
  Edge,
  FinalConnectionState,
  IsValidConnection,
  Node,
  NodeChange,
  OnConnectEnd,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { fitting, outputOf, reason } from "../graph/connect";
import type { Ends, Loose } from "../graph/connect";
import { copied, parsed, pasting } from "../graph/clipboard";
import type { Op } from "../graph/edit";
import type { Drawing, Point } from "../graph/model";
import { mint } from "../graph/mint";
import { useEditor } from "../store/editor";
import { useNotices } from "../store/notices";
import { FitMenu } from "../ui/FitMenu";
import { NodeCard } from "./NodeCard";
import type { CardNode } from "./NodeCard";

const NODE_TYPES = { card: NodeCard };
const MANY = 300;
const GRID: [number, number] = [10, 10];

interface Offer {
  loose: Loose;
  at: Point;
  /** On the screen. */
  screen: Point;
}

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
  const { edit, select } = useEditor.getState();
  const say = useNotices((state) => state.say);
  const flow = useReactFlow<CardNode>();
  const [dragged, setDragged] = useState<ReadonlyMap<string, Point>>(new Map());
  const [offer, setOffer] = useState<Offer | null>(null);
  const pointer = useRef<Point>({ x: 0, y: 0 });

  const nodes = useMemo(() => nodesOf(drawing, selected, dragged), [drawing, selected, dragged]);
  const edges = useMemo(() => edgesOf(drawing), [drawing]);

  const onNodesChange = useCallback(
    (changes: NodeChange<CardNode>[]) => {
      const now = useEditor.getState();
      const chosen = changes.filter((one) => one.type === "select");
      if (chosen.length) {
        const ids = new Set(now.selected);
        for (const one of chosen) (one.selected ? ids.add(one.id) : ids.delete(one.id));
        select(ids);
      }
      const moved = changes.filter((one) => one.type === "position");
      if (!moved.length) return;
      const after = applyNodeChanges(moved, nodes);
      setDragged((before) => {
        const next = new Map(before);
        for (const one of moved) {
          const node = after.find((candidate) => candidate.id === one.id);
          if (node) next.set(one.id, node.position);
        }
        return next;
      });
      if (moved.every((one) => !one.dragging)) dropped(moved.map((one) => one.id));
    },
    [nodes, select],
  );

  const dropped = (ids: string[]) => {
    setDragged((before) => {
      const now = useEditor.getState().drawing;
      const ops: Op[] = [];
      for (const id of ids) {
        const to = before.get(id);
        const from = now?.nodes.get(id)?.position;
        if (to && from && (to.x !== from.x || to.y !== from.y))
          ops.push({ op: "change_node", node_id: id, position: { x: Math.round(to.x), y: Math.round(to.y) } });
      }
      if (ops.length) queueMicrotask(() => { edit(ops.length === 1 ? "Move a node" : `Move ${ops.length} nodes`, ops); });
      const next = new Map(before);
      for (const id of ids) next.delete(id);
      return next;
    });
  };

  const isValid: IsValidConnection = useCallback((connection) => why(connection) === null, []);

  const onConnect = useCallback(
    (connection: Connection) => {
      const refusal = why(connection);
      if (refusal) say(refusal, "no");
      else edit("Connect", [{ op: "add_edge", id: mint(), ...ends(connection) }]);
    },
    [edit, say],
  );

  const onConnectEnd: OnConnectEnd = useCallback(
    (event, state: FinalConnectionState) => {
      if (!state.fromNode || !state.fromHandle?.id) return;
      if (state.toHandle && !state.isValid) {
        const refusal = why(between(state));
        if (refusal) say(refusal, "no");
        return;
      }
      if (state.toNode) return;
      const at = "changedTouches" in event ? event.changedTouches[0] : event;
      if (!at) return;
      const screen = { x: at.clientX, y: at.clientY };
      const loose: Loose = { node_id: state.fromNode.id, port: state.fromHandle.id, side: state.fromHandle.type };
      setOffer({ loose, at: flow.screenToFlowPosition(screen), screen });
    },
    [flow, say],
  );

  const take = (type: string, port: string) => {
    if (!offer) return;
    const id = mint();
    const { loose, at } = offer;
    const wire =
      loose.side === "source"
        ? { source_node_id: loose.node_id, source_port: loose.port, target_node_id: id, target_port: port }
        : { source_node_id: id, source_port: port, target_node_id: loose.node_id, target_port: loose.port };
    const x = Math.round(loose.side === "source" ? at.x : at.x - 260);
    edit("Add a node", [
      { op: "add_node", id, type, params: {}, position: { x, y: Math.round(at.y - 40) } },
      { op: "add_edge", id: mint(), ...wire },
    ]);
    select(new Set([id]));
    setOffer(null);
  };

  useClipboard(() => flow.screenToFlowPosition(pointer.current));

  if (!drawing) return null;
  return (
    <div
      className="board"
      onPointerMove={(event) => {
        pointer.current = { x: event.clientX, y: event.clientY };
      }}
    >
      <ReactFlow<CardNode, Edge>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        onNodesChange={onNodesChange}
        onConnect={onConnect}
        onConnectEnd={onConnectEnd}
        isValidConnection={isValid}
        onNodesDelete={(gone) => {
          edit(gone.length === 1 ? "Remove a node" : `Remove ${gone.length} nodes`, gone.map((one): Op => ({ op: "remove_node", node_id: one.id })));
        }}
        onEdgesDelete={(gone) => {
          const there = useEditor.getState().drawing;
          const ops = gone.filter((one) => there?.edges.has(one.id)).map((one): Op => ({ op: "remove_edge", edge_id: one.id }));
          if (ops.length) edit("Disconnect", ops);
        }}
        onlyRenderVisibleElements={drawing.nodes.size > MANY}
        snapToGrid
        snapGrid={GRID}
        selectionMode={SelectionMode.Partial}
        panOnScroll
        zoomOnDoubleClick={false}
        minZoom={0.1}
        maxZoom={2}
        deleteKeyCode={["Delete", "Backspace"]}
        multiSelectionKeyCode={["Shift", "Meta", "Control"]}
        fitView
        fitViewOptions={{ padding: 0.15, maxZoom: 1 }}
        proOptions={{ hideAttribution: true }}
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
          take={take}
          close={() => {
            setOffer(null);
          }}
        />
      )}
    </div>
  );
}

function ends(connection: Pick<Connection, "source" | "target" | "sourceHandle" | "targetHandle">): Ends {
  return {
    source_node_id: connection.source,
    source_port: connection.sourceHandle ?? "",
    target_node_id: connection.target,
    target_port: connection.targetHandle ?? "",
  };
}

function between(state: FinalConnectionState): Connection {
  const from = { node: state.fromNode?.id ?? "", port: state.fromHandle?.id ?? null };
  const to = { node: state.toNode?.id ?? "", port: state.toHandle?.id ?? null };
  const [source, target] = state.fromHandle?.type === "source" ? [from, to] : [to, from];
  return { source: source.node, sourceHandle: source.port, target: target.node, targetHandle: target.port };
}

/** Read without subscribing: it is asked at every move of the mouse. */
function why(connection: Connection | Edge): string | null {
  const { drawing, catalogue } = useEditor.getState();
  if (!drawing) return "There is no graph.";
  const { sourceHandle = null, targetHandle = null, source, target } = connection;
  return reason(ends({ source, target, sourceHandle, targetHandle }), drawing, catalogue);
}

function nodesOf(
  drawing: Drawing | null,
  selected: ReadonlySet<string>,
  dragged: ReadonlyMap<string, Point>,
): CardNode[] {
  return [...(drawing?.nodes.values() ?? [])].map((node) => ({
    id: node.id,
    type: "card",
    position: dragged.get(node.id) ?? node.position,
    selected: selected.has(node.id),
    data: { node },
    ariaLabel: node.title ?? node.type,
  }));
}

function edgesOf(drawing: Drawing | null): Edge[] {
  return [...(drawing?.edges.values() ?? [])].map((edge) => {
    const source = drawing?.nodes.get(edge.source_node_id);
    const type = source ? outputOf(source, edge.source_port)?.type : undefined;
    return {
      id: edge.id,
      source: edge.source_node_id,
      sourceHandle: edge.source_port,
      target: edge.target_node_id,
      targetHandle: edge.target_port,
      className: `wire wire-${type ?? "lost"}`,
      ariaLabel: `${edge.source_node_id}.${edge.source_port} to ${edge.target_node_id}.${edge.target_port}`,
    };
  });
}

/** Copy, cut and paste: as text, so that it also works between projects and programs. */
function useClipboard(corner: () => Point): void {
  const where = useRef(corner);
  where.current = corner;
  useEffect(() => {
    const copy = (event: ClipboardEvent) => {
      const { drawing, selected, edit } = useEditor.getState();
      if (isTyping(event.target) || !drawing || !selected.size) return;
      event.clipboardData?.setData("text/plain", JSON.stringify(copied(drawing, selected), null, 1));
      event.preventDefault();
      if (event.type === "cut")
        edit("Cut", [...selected].map((id): Op => ({ op: "remove_node", node_id: id })));
    };
    const paste = (event: ClipboardEvent) => {
      if (isTyping(event.target)) return;
      const what = parsed(event.clipboardData?.getData("text/plain") ?? "");
      if (!what) {
        useNotices.getState().say("That is no workflow. Copy nodes, or the text of a workflow file.", "no");
        return;
      }
      const { ops, ids } = pasting(what, where.current(), mint);
      const { edit, select } = useEditor.getState();
      edit(`Paste ${ids.length} nodes`, ops);
      select(new Set(ids));
    };
    document.addEventListener("copy", copy);
    document.addEventListener("cut", copy);
    document.addEventListener("paste", paste);
    return () => {
      document.removeEventListener("copy", copy);
      document.removeEventListener("cut", copy);
      document.removeEventListener("paste", paste);
    };
  }, []);
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export type { Node };
