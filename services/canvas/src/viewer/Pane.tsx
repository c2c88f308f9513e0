/** Something that can be enlarged and moved: with the wheel, by dragging, and with + − 0 and the arrow keys. */
import { useEffect, useRef } from "react";
import type { KeyboardEvent, PointerEvent, ReactNode, RefObject } from "react";
import { FIT, moved, zoomed } from "./zoom";
import type { View } from "./zoom";

interface Props {
  label: string;
  view: View;
  change: (view: View) => void;
  children: ReactNode;
  /** Dragged while it is not enlarged: where, between 0 and 1 from the left. */
  drag?: (at: number) => void;
}

const STEP = 1.25;
const MOVES: Record<string, readonly [number, number]> = {
  ArrowLeft: [0.1, 0],
  ArrowRight: [-0.1, 0],
  ArrowUp: [0, 0.1],
  ArrowDown: [0, -0.1],
};

export function Pane({ label, view, change, children, drag }: Props) {
  const pane = useRef<HTMLDivElement>(null);
  useWheel(pane, view, change);
  const dragged = (event: PointerEvent<HTMLDivElement>) => {
    const { width, height, left } = event.currentTarget.getBoundingClientRect();
    if (!(event.buttons & 1) || !width || !height) return;
    if (view.scale > 1) change(moved(view, event.movementX / width, event.movementY / height));
    else drag?.(Math.min(1, Math.max(0, (event.clientX - left) / width)));
  };
  return (
    <div
      ref={pane}
      className="pane"
      role="group"
      aria-label={`${label}. Plus and minus enlarge it, 0 fits it, the arrow keys move it.`}
      tabIndex={0}
      data-enlarged={view.scale > 1}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        dragged(event);
      }}
      onPointerMove={dragged}
      onDoubleClick={() => change(view.scale > 1 ? FIT : zoomed(view, 3))}
      onKeyDown={(event) => pressed(event, view, change)}
    >
      {children}
    </div>
  );
}

/** What is in a pane: put where it is looked at. */
export function placed(view: View) {
  return { transform: `translate(${view.x * 100}%, ${view.y * 100}%) scale(${view.scale})` };
}

function pressed(event: KeyboardEvent, view: View, change: (view: View) => void): void {
  const move = view.scale > 1 ? MOVES[event.key] : undefined;
  if (event.key === "+" || event.key === "=") change(zoomed(view, STEP));
  else if (event.key === "-") change(zoomed(view, 1 / STEP));
  else if (event.key === "0") change(FIT);
  else if (move) change(moved(view, move[0], move[1]));
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** React hears the wheel too late to keep the page from scrolling. */
function useWheel(pane: RefObject<HTMLDivElement | null>, view: View, change: (view: View) => void): void {
  useEffect(() => {
    const here = pane.current;
    if (!here) return;
    const turned = (event: WheelEvent) => {
      event.preventDefault();
      const { left, top, width, height } = here.getBoundingClientRect();
      const at = [(event.clientX - left) / width - 0.5, (event.clientY - top) / height - 0.5] as const;
      change(zoomed(view, Math.exp(-event.deltaY / 400), at[0], at[1]));
    };
    here.addEventListener("wheel", turned, { passive: false });
    return () => here.removeEventListener("wheel", turned);
  });
}

export function ZoomButtons({ view, change }: { view: View; change: (view: View) => void }) {
  return (
    <span className="zoom-buttons" role="group" aria-label="Enlarge">
      <button onClick={() => change(zoomed(view, 1 / STEP))} aria-disabled={view.scale <= 1} aria-label="Smaller">−</button>
      <button onClick={() => change(FIT)} title="Fit">{Math.round(view.scale * 100)} %<span className="unseen">, fit</span></button>
      <button onClick={() => change(zoomed(view, STEP))} aria-label="Larger">+</button>
    </span>
  );
}
