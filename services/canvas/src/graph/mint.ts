/** Ids of nodes and edges that are made here, and other names that nobody else has: `bytes` of chance, as hex.
 *
 * Not by crypto.randomUUID: browsers have it only on https and on localhost.
 */
export function mint(bytes = 8): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
