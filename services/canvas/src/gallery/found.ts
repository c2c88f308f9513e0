/** What an id stands for, once it has been asked for; else why it is not there. */
import { useEffect, useState } from "react";
import { Refused } from "../api/client";

export interface Found<T> {
  id: string | null;
  thing: T | null;
  missing: string | null;
}

/** `read` must stay the same function; `word` is what a person calls it. */
export function useFound<T>(id: string | null, read: (id: string) => Promise<T>, word: string): Found<T> {
  const [known, setKnown] = useState<Found<T>>({ id: null, thing: null, missing: null });
  useEffect(() => {
    if (!id) return;
    let there = true;
    read(id).then(
      (thing) => there && setKnown({ id, thing, missing: null }),
      (error: unknown) => there && setKnown({ id, thing: null, missing: why(error, word) }),
    );
    return () => {
      there = false;
    };
  }, [id, read, word]);
  return known.id === id ? known : { id, thing: null, missing: null };
}

function why(error: unknown, word: string): string {
  if (error instanceof Refused && error.status === 404) return `This ${word} is not there: it was deleted, or belongs to somebody else. Choose another.`;
  return error instanceof Error ? error.message : String(error);
}
