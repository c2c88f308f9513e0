/** Where the viewer appears: nothing of it is loaded before it is wanted. */
import { lazy, Suspense } from "react";
import { useViewing } from "./openViewer";

const Viewer = lazy(async () => ({ default: (await import("./Viewer")).Viewer }));

export function ViewerHost() {
  const open = useViewing((state) => state.thing !== null);
  return open && <Suspense>{<Viewer />}</Suspense>;
}
