/** A list that comes page by page, and grows at its head as well. */
import { useCallback, useEffect, useState } from "react";
import type { Page } from "../io/assets";
import { merged } from "./filter";

interface Paged<T> {
  /** null: not there yet. Those of the list before stay until there are others. */
  items: readonly T[] | null;
  /** Whether there are more. */
  more: boolean;
  busy: boolean;
  error: string | null;
  next: () => void;
  /** Look for newer ones, without losing the place. */
  refresh: () => void;
  put: (item: T) => void;
  drop: (id: string) => void;
}

type Load<T> = (cursor: string | null) => Promise<Page<T>>;
interface State<T> {
  /** Which list this is. */
  of: Load<T> | null;
  items: readonly T[] | null;
  cursor: string | null;
  asking: boolean;
  error: string | null;
}

/** `load` must be the same function as long as the same list is meant. */
export function usePaged<T extends { id: string }>(load: Load<T>): Paged<T> {
  const [state, setState] = useState<State<T>>({ of: null, items: null, cursor: null, asking: false, error: null });
  const ask = useCallback(
    (cursor: string | null, join: (items: readonly T[], page: Page<T>, old: string | null) => Pick<State<T>, "items" | "cursor">) =>
      load(cursor).then(
        (page) => setState((before) => (isOther(before, load) ? before : { ...before, ...join(before.items ?? [], page, before.cursor), asking: false, error: null })),
        (error: unknown) => setState((before) => (isOther(before, load) ? before : { ...before, asking: false, error: said(error) })),
      ),
    [load],
  );
  useEffect(() => {
    let there = true;
    const put = (to: Partial<State<T>>) => there && setState((before) => ({ ...before, asking: false, error: null, ...to, of: load }));
    load(null).then(
      (page) => put({ items: page.items, cursor: page.next_cursor }),
      (error: unknown) => put({ items: null, cursor: null, error: said(error) }),
    );
    return () => {
      there = false;
    };
  }, [load]);
  const refresh = useCallback(() => void ask(null, (items, page, old) => ({ items: merged(items, page.items), cursor: items.length ? old : page.next_cursor })), [ask]);
  const next = () => {
    if (state.of !== load || state.asking) return;
    setState((before) => ({ ...before, asking: true, error: null }));
    void ask(state.cursor, (items, page) => ({ items: appended(items, page.items), cursor: page.next_cursor }));
  };
  return {
    ...state,
    busy: state.asking || state.of !== load,
    more: state.cursor !== null || state.error !== null,
    next,
    refresh,
    put: (item) => setState((before) => ({ ...before, items: merged(before.items ?? [], [item]) })),
    drop: (id) => setState((before) => ({ ...before, items: before.items?.filter((one) => one.id !== id) ?? null })),
  };
}

function isOther<T>(state: State<T>, load: Load<T>): boolean {
  return state.of !== load;
}

function appended<T extends { id: string }>(there: readonly T[], more: readonly T[]): readonly T[] {
  const known = new Set(there.map((one) => one.id));
  return [...there, ...more.filter((one) => !known.has(one.id))];
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
