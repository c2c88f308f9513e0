/** Several things put in line, or at even distances. Pure. */
import type { Point } from "./model";
import type { Box } from "./notes";

export type Line = "left" | "centre" | "right" | "top" | "middle" | "bottom";
export type Boxes = ReadonlyMap<string, Box>;
export type Places = ReadonlyMap<string, Point>;

export function aligned(boxes: Boxes, line: Line): Places {
  const all = [...boxes.values()];
  const left = Math.min(...all.map((one) => one.x));
  const top = Math.min(...all.map((one) => one.y));
  const right = Math.max(...all.map((one) => one.x + one.width));
  const bottom = Math.max(...all.map((one) => one.y + one.height));
  const place = (box: Box): Point => {
    const to = { left, centre: (left + right - box.width) / 2, right: right - box.width };
    const down = { top, middle: (top + bottom - box.height) / 2, bottom: bottom - box.height };
    if (line === "left" || line === "centre" || line === "right") return { x: to[line], y: box.y };
    return { x: box.x, y: down[line] };
  };
  return placed(boxes, place);
}

/** The outermost stay; between the others there is the same room. */
export function distributed(boxes: Boxes, axis: "x" | "y"): Places {
  const side = axis === "x" ? "width" : "height";
  const sorted = [...boxes].sort(([, a], [, b]) => a[axis] - b[axis]);
  const [first] = sorted;
  const last = sorted.at(-1);
  if (!first || !last || sorted.length < 3) return placed(boxes, (box) => box);
  const length = last[1][axis] + last[1][side] - first[1][axis];
  const room = (length - sorted.reduce((sum, [, box]) => sum + box[side], 0)) / (sorted.length - 1);
  let at = first[1][axis];
  const places = new Map<string, Point>();
  for (const [id, box] of sorted) {
    places.set(id, rounded(axis === "x" ? { x: at, y: box.y } : { x: box.x, y: at }));
    at += box[side] + room;
  }
  return places;
}

function placed(boxes: Boxes, place: (box: Box) => Point): Places {
  return new Map([...boxes].map(([id, box]) => [id, rounded(place(box))]));
}

function rounded({ x, y }: Point): Point {
  return { x: Math.round(x), y: Math.round(y) };
}
