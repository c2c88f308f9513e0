/** One result, large. */
export function Viewer() {
  return null;
}
