/** Small drawings, in the colour of the words beside them. Whoever uses one names it in words. */
const PATHS = {
  system: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm0 0v12",
  light: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9 13 13M13 3l-1.1 1.1M4.1 11.9 3 13",
  dark: "M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z",
  undo: "M6 3 2.5 6.5 6 10M3 6.5h6.5a3.5 3.5 0 0 1 0 7H7",
  redo: "m10 3 3.5 3.5L10 10M13 6.5H6.5a3.5 3.5 0 0 0 0 7H9",
  leave: "M6 2.5H3v11h3M10 5l3 3-3 3M13 8H6.5",
  add: "M2.5 2.5h11v11h-11ZM8 5.5v5M5.5 8h5",
  note: "M3 2.5h10v7L9.5 13.5H3ZM9.5 13.5v-4H13M5.5 5.5h5M5.5 8h3",
  frame: "M2.5 4.5h11v9h-11ZM2.5 4.5v-2h5v2",
  arrange: "M2 3h4v3H2ZM10 2h4v3h-4ZM10 10h4v3h-4ZM6 4.5h4M8 4.5v7h2",
  snap: "M2 5.5h12M2 10.5h12M5.5 2v12M10.5 2v12",
  map: "M2 3h12v10H2ZM8.5 8.5h4v3h-4Z",
  find: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.5 10.5 14 14",
  keys: "M2 4h12v8.5H2ZM4.5 6.5h.1M7 6.5h.1M9.5 6.5h.1M11.8 6.5h.1M5 10h6",
  more: "M3 8h.1M8 8h.1M13 8h.1",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden>
      <path d={PATHS[name]} />
    </svg>
  );
}
