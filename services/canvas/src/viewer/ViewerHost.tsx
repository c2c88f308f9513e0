/** Where what is looked at in large appears: nothing of it is loaded before it is wanted. */
import { lazy, Suspense, useEffect } from "react";
import { closeCompare, useComparing } from "../compare/openCompare";
import { closeViewer, useViewing } from "./openViewer";
import "./lastGraph";

const Viewer = lazy(async () => ({ default: (await import("./Viewer")).Viewer }));
const Compare = lazy(async () => ({ default: (await import("../compare/Compare")).Compare }));

export function ViewerHost() {
  const thing = useViewing((state) => state.thing);
  const pair = useComparing((state) => state.pair);
  useEffect(() => {
    window.addEventListener("hashchange", leave);
    return () => window.removeEventListener("hashchange", leave);
  }, []);
  return (
    <Suspense>
      {thing && <Viewer />}
      {pair && <Compare first={pair[0]} second={pair[1]} />}
    </Suspense>
  );
}

/** Whoever goes to another page leaves what lay over this one. */
function leave(): void {
  closeViewer();
  closeCompare();
}
