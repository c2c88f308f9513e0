import { useEffect, useRef } from "react";

/** The end of a list: when it is near, the next page is asked for. */
export function More({ more, busy, error, next }: { more: boolean; busy: boolean; error: string | null; next: () => void }) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const here = end.current;
    if (!here || !more || busy || error) return;
    const watcher = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && next(), { rootMargin: "600px" });
    watcher.observe(here);
    return () => watcher.disconnect();
  }, [more, busy, error, next]);
  return (
    <div ref={end} className="more-line">
      {error && <p className="trouble" role="alert">{error}</p>}
      {more && <button onClick={next} disabled={busy}>{busy ? "Loading …" : error ? "Try again" : "Show more"}</button>}
    </div>
  );
}
