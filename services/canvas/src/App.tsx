/** Which page is shown, and what is shown when none can be. */
import { lazy, Suspense, useEffect } from "react";
import { Troubles } from "./pages/Troubles";
import { HomePage } from "./pages/HomePage";
import { SignIn } from "./pages/SignIn";
import { useRoute } from "./route";
import type { Route } from "./route";
import { useSession } from "./store/session";
import { Notices } from "./ui/Notices";
import { ViewerHost } from "./viewer/ViewerHost";

const EditorPage = lazy(async () => ({ default: (await import("./pages/EditorPage")).EditorPage }));
const GalleryPage = lazy(async () => ({ default: (await import("./gallery/GalleryPage")).GalleryPage }));
const DiffPage = lazy(async () => ({ default: (await import("./diff/DiffPage")).DiffPage }));

export function App() {
  const stage = useSession((state) => state.stage);
  useEffect(() => void useSession.getState().start(), []);
  return (
    <>
      {stage === "starting" && <p className="whole-page" role="status">Starting …</p>}
      {stage === "away" && (
        <p className="whole-page" role="status">The server does not answer. Trying again …</p>
      )}
      {stage === "stranger" && <SignIn />}
      {stage === "ready" && <Page />}
      {stage === "ready" && <ViewerHost />}
      <Notices />
    </>
  );
}

function Page() {
  const route = useRoute();
  return (
    <Troubles key={route.page}>
      <Suspense fallback={<p className="whole-page" role="status">Loading …</p>}>{shown(route)}</Suspense>
    </Troubles>
  );
}

function shown(route: Route) {
  switch (route.page) {
    case "home":
      return <HomePage project={route.project} />;
    case "graph":
      return <EditorPage key={route.graph} graph={route.graph} run={route.run} />;
    case "gallery":
      return <GalleryPage project={route.project} asset={route.asset} />;
    case "diff":
      return <DiffPage a={route.a} b={route.b} />;
  }
}
