/** Where one is, as the part of the address after `#`: it survives a reload and can be sent to somebody. */
import { useSyncExternalStore } from "react";

export type Route =
  | { page: "home"; project: string | null }
  | { page: "graph"; graph: string; run: string | null }
  | { page: "gallery"; project: string; asset: string | null }
  | { page: "diff"; a: string; b: string };

const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** What is not understood leads home. */
export function parsed(hash: string): Route {
  const parts = hash.replace(/^#?\/?/, "").split("/").filter(Boolean);
  if (!parts.every((part) => ID.test(part))) return { page: "home", project: null };
  const [first, one, second, two] = parts;
  if (first === "g" && one) return { page: "graph", graph: one, run: second === "r" && two ? two : null };
  if (first === "p" && one && second === "gallery") return { page: "gallery", project: one, asset: two ?? null };
  if (first === "p" && one) return { page: "home", project: one };
  if (first === "diff" && one && second) return { page: "diff", a: one, b: second };
  return { page: "home", project: null };
}

export function address(route: Route): string {
  switch (route.page) {
    case "home":
      return route.project ? `#/p/${route.project}` : "#/";
    case "graph":
      return route.run ? `#/g/${route.graph}/r/${route.run}` : `#/g/${route.graph}`;
    case "gallery":
      return route.asset ? `#/p/${route.project}/gallery/${route.asset}` : `#/p/${route.project}/gallery`;
    case "diff":
      return `#/diff/${route.a}/${route.b}`;
  }
}

/** `instead`: without a step that the back button would go to. */
export function go(route: Route, instead = false): void {
  if (!instead) {
    window.location.hash = address(route);
    return;
  }
  window.history.replaceState(null, "", address(route));
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(listen, () => window.location.hash);
  return parsed(hash);
}

function listen(changed: () => void): () => void {
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
}
