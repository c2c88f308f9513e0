/** Ids of nodes and edges that are made here. */
export function mint(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 16);
}
