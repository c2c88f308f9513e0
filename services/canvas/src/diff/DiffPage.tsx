/** Two runs, side by side. */
export function DiffPage({ a, b }: { a: string; b: string }) {
  return <main className="whole-page">{a} and {b}</main>;
}
