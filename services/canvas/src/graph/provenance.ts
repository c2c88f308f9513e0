/** What a picture says of where it came from: see docs/provenance.md. Prompts are not in it, the graph's id is. */
export interface Provenance {
  graph: string;
  node: string;
  model: string;
}

/** It stands at the beginning (PNG, JPEG) or at the end (WebP, MP4). */
const REACH = 256 * 1024;
const PACKET = /<x:xmpmeta[\s\S]*?<\/x:xmpmeta>/g;
const OURS = /groove:(\w+)=(?:"([^"]*)"|'([^']*)')/g;
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Null: it does not say, or was not made by a saved graph. */
export function provenanceOf(bytes: Uint8Array): Provenance | null {
  const letters = new TextDecoder("latin1");
  for (const part of [bytes.subarray(0, REACH), bytes.subarray(Math.max(REACH, bytes.length - REACH))])
    for (const [packet] of letters.decode(part).matchAll(PACKET)) {
      const told = toldBy(packet);
      if (told) return told;
    }
  return null;
}

function toldBy(packet: string): Provenance | null {
  const told = new Map([...packet.matchAll(OURS)].map(([, name, one, two]) => [name, one ?? two ?? ""] as const));
  const graph = told.get("graph") ?? "";
  return ID.test(graph) ? { graph, node: told.get("node") ?? "", model: told.get("model") ?? "" } : null;
}
