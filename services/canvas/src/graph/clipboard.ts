/** Copy and paste, also between projects and as text: what is copied is a workflow file. */
import { adding } from "./edit";
import type { Op } from "./edit";
import { graphIn } from "./files";
import type { Workflow } from "./files";
import type { Drawing, Point } from "./model";
import { isRecord } from "./notes";

interface CopiedNode {
  id: string;
  type: string;
  title?: string | null;
  params: Record<string, unknown>;
  position: Point;
  bypassed?: boolean;
}
interface CopiedEdge {
  source_node_id: string;
  source_port: string;
  target_node_id: string;
  target_port: string;
  order?: number | null | undefined;
}
export interface Copied {
  name: string;
  nodes: CopiedNode[];
  edges: CopiedEdge[];
}

export function copied(drawing: Drawing, ids: ReadonlySet<string>): Copied {
  const nodes = [...drawing.nodes.values()].filter((node) => ids.has(node.id));
  const edges = [...drawing.edges.values()].filter(
    (edge) => ids.has(edge.source_node_id) && ids.has(edge.target_node_id),
  );
  return {
    name: drawing.name,
    nodes: nodes.map((node) => {
      const { id, type, title, params, position, bypassed } = adding(node);
      const point = { x: position?.x ?? 0, y: position?.y ?? 0 };
      return { id: id ?? node.id, type, title: title ?? null, params: params ?? {}, position: point, bypassed: bypassed ?? false };
    }),
    edges: edges.map(({ source_node_id, source_port, target_node_id, target_port, order }) => ({
      source_node_id,
      source_port,
      target_node_id,
      target_port,
      order,
    })),
  };
}

/** A workflow in a text, if there is one. Never throws: people paste all kinds of things. */
export function parsed(text: string): Copied | null {
  const found = graphIn(text);
  return found?.kind === "workflow" ? copyOf(found.workflow) : null;
}

/** Only what is known here: what a person wrote into a file may be anything. */
export function copyOf({ name, nodes, edges = [] }: Workflow): Copied {
  return { name, nodes: nodes.map(whole), edges };
}

function whole(node: Workflow["nodes"][number]): CopiedNode {
  const { id, type, title, bypassed } = node;
  const { x, y } = isRecord(node.position) ? node.position : { x: 0, y: 0 };
  return {
    id,
    type,
    title: typeof title === "string" ? title : null,
    params: isRecord(node.params) ? node.params : {},
    position: { x: typeof x === "number" ? x : 0, y: typeof y === "number" ? y : 0 },
    bypassed: bypassed === true,
  };
}

/** The ops that add it, under new ids, its upper left corner at a point. */
export function pasting(what: Copied, corner: Point, mint: () => string): { ops: Op[]; ids: string[] } {
  const left = Math.min(...what.nodes.map((node) => node.position.x));
  const top = Math.min(...what.nodes.map((node) => node.position.y));
  const renamed = new Map(what.nodes.map((node) => [node.id, mint()]));
  const ops: Op[] = what.nodes.map((node) => ({
    op: "add_node",
    id: renamed.get(node.id) ?? mint(),
    type: node.type,
    title: node.title ?? null,
    params: node.params,
    bypassed: node.bypassed ?? false,
    position: { x: Math.round(corner.x + node.position.x - left), y: Math.round(corner.y + node.position.y - top) },
  }));
  for (const edge of what.edges) {
    const source = renamed.get(edge.source_node_id);
    const target = renamed.get(edge.target_node_id);
    if (!source || !target) continue;
    ops.push({
      op: "add_edge",
      id: mint(),
      source_node_id: source,
      source_port: edge.source_port,
      target_node_id: target,
      target_port: edge.target_port,
      order: edge.order ?? null,
    });
  }
  return { ops, ids: [...renamed.values()] };
}
