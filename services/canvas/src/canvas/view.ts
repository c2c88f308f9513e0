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
const LEGIBLE = 0.6;
/** On the screen. */
const EDGE = 16;
/** Below this, letters cannot be read. */
export const FAR = 0.35;
/** Everything, clear of the tools that lie at the bottom. */
export const FIT = { padding: { x: 0.06, top: 0.06, bottom: "60px" }, maxZoom: 1 } as const;

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
  void flow?.fitView({ ...FIT, duration: duration() });
}

/** Have it in view, and the keys go to it. It may only just have been put there: it is waited for. */
export function reveal(id: string, frames = 20): void {
  requestAnimationFrame(() => {
    const element = document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
    const box = boxOf(id);
    if (!box || (!element && frames > 0 && inSight(box))) {
      if (frames > 0) reveal(id, frames - 1);
      return;
    }
    element?.focus({ preventScroll: true });
    if (inSight(box)) return;
    void flow?.setCenter(box.x + box.width / 2, box.y + box.height / 2, { zoom: Math.max(flow.getZoom(), LEGIBLE), duration: duration() });
    if (!element && frames > 0) reveal(id, frames - 1);
  });
}

/** What is clicked at the right edge would lie under the inspector that opens for it: the board moves aside by as much. */
export function uncover(id: string): void {
  requestAnimationFrame(() => {
    const [box, seen] = [boxOf(id), board?.getBoundingClientRect()];
    if (!flow || !box || !seen) return;
    const [left, right] = [flow.flowToScreenPosition(box).x, flow.flowToScreenPosition({ x: box.x + box.width, y: box.y }).x];
    const over = Math.min(right + EDGE - seen.right, left - EDGE - seen.left);
    if (over <= 0) return;
    const { x, y, zoom } = flow.getViewport();
    void flow.setViewport({ x: x - over, y, zoom }, { duration: duration() });
  });
}

/** Whole, or as much of it as there is room for; and not so small that nobody would see it. */
function inSight(box: Box): boolean {
  const seen = board?.getBoundingClientRect();
  if (!flow || !seen) return true;
  if (flow.getZoom() < FAR) return false;
  const [a, b] = [flow.flowToScreenPosition(box), flow.flowToScreenPosition({ x: box.x + box.width, y: box.y + Math.min(box.height, 80) })];
  return a.x >= seen.left && b.x <= seen.right && a.y >= seen.top && b.y <= seen.bottom;
}

function duration(): number {
  return CALM.matches ? 0 : SLOW_MS;
}
