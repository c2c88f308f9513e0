/** Where everything stands in the picture of a lineage: what came first to the left, a line for each thing. */
import type { Lineage, LineageNode } from "../io/assets";

export interface Placed {
  node: LineageNode;
  x: number;
  y: number;
}
export interface Wire {
  id: string;
  from: Placed;
  to: Placed;
}
export interface Plan {
  placed: readonly Placed[];
  wires: readonly Wire[];
  width: number;
  height: number;
}

/** CSS pixels. */
export const CELL = { width: 124, height: 66, gap: 26 };

/** Assets on even columns, the steps between them on odd ones. */
export function column(node: Pick<LineageNode, "kind" | "depth">): number {
  if (node.kind === "asset") return node.depth * 2;
  return node.depth < 0 ? node.depth * 2 + 1 : node.depth * 2 - 1;
}

export function laidOut(lineage: Lineage): Plan {
  const columns = new Map<number, LineageNode[]>();
  for (const node of lineage.nodes) columns.set(column(node), [...(columns.get(column(node)) ?? []), node]);
  const order = [...columns.keys()].sort((a, b) => a - b);
  const most = Math.max(1, ...[...columns.values()].map((nodes) => nodes.length));
  const placed = order.flatMap((at, index) => {
    const nodes = columns.get(at) ?? [];
    const above = ((most - nodes.length) * CELL.height) / 2;
    return nodes.map((node, line): Placed => ({ node, x: index * (CELL.width + CELL.gap), y: above + line * CELL.height }));
  });
  const by = new Map(placed.map((one) => [one.node.id, one]));
  const wires = lineage.edges.flatMap(({ from, to, port }): Wire[] => {
    const [a, b] = [by.get(from), by.get(to)];
    return a && b ? [{ id: `${from} ${to} ${port}`, from: a, to: b }] : [];
  });
  return { placed, wires, width: order.length * (CELL.width + CELL.gap) - CELL.gap, height: most * CELL.height };
}

/** From the right edge of one to the left edge of the other, as an SVG path. */
export function curve({ from, to }: Wire): string {
  const [x1, y1] = [from.x + CELL.width, from.y + CELL.height / 2];
  const [x2, y2] = [to.x, to.y + CELL.height / 2];
  const bend = Math.max(14, (x2 - x1) / 2);
  return `M ${x1} ${y1} C ${x1 + bend} ${y1}, ${x2 - bend} ${y2}, ${x2} ${y2}`;
}
