/** The part of the board that is seen, for those who do not know React Flow. */
import { useReactFlow } from "@xyflow/react";
import type { ReactFlowInstance } from "@xyflow/react";
import { useEffect } from "react";
import type { Point } from "../graph/model";
import type { Box } from "../graph/notes";
import type { BoardNode } from "./types";

let flow: ReactFlowInstance<BoardNode> | null = null;
let board: HTMLElement | null = null;
/** Where the mouse was last, on the screen. */
let pointer: Point | null = null;
const CALM = window.matchMedia("(prefers-reduced-motion: reduce)");
const SLOW_MS = 250;

export function useView(): (element: HTMLElement | null) => void {
  const here = useReactFlow<BoardNode>();
  useEffect(() => {
    flow = here;
    return () => {
      flow = null;
      pointer = null;
    };
  }, [here]);
  return hold;
}

function hold(element: HTMLElement | null): void {
  board = element;
}

export function pointed(at: Point | null): void {
  pointer = at;
}

export function toFlow(screen: Point): Point {
  return flow?.screenToFlowPosition(screen) ?? { x: 0, y: 0 };
}

/** On the screen. */
export function middleOfScreen(): Point {
  const { left = 0, top = 0, width = 0, height = 0 } = board?.getBoundingClientRect() ?? {};
  return { x: left + width / 2, y: top + height / 2 };
}

/** Where the mouse is, else the middle of what is seen. */
export function here(): Point {
  return toFlow(pointer ?? middleOfScreen());
}

export function boxOf(id: string): Box | null {
  const node = flow?.getInternalNode(id);
  if (!node) return null;
  const { x, y } = node.internals.positionAbsolute;
  return { x, y, width: node.measured.width ?? node.initialWidth ?? 240, height: node.measured.height ?? node.initialHeight ?? 160 };
}

export function fitAll(): void {
  void flow?.fitView({ padding: 0.15, maxZoom: 1, duration: duration() });
}

/** Have it in view, and the keys go to it. */
export function reveal(id: string): void {
  requestAnimationFrame(() => {
    const element = document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
    element?.focus({ preventScroll: true });
    if (!element || !inSight(element)) void flow?.fitView({ nodes: [{ id }], maxZoom: 1, minZoom: 0.5, duration: duration() });
  });
}

function inSight(element: HTMLElement): boolean {
  const [a, b] = [element.getBoundingClientRect(), board?.getBoundingClientRect()];
  return !!b && a.left > b.left && a.right < b.right && a.top > b.top && a.bottom < b.bottom;
}

function duration(): number {
  return CALM.matches ? 0 : SLOW_MS;
}
