import { lazy, Suspense } from "react";
import { useEditor } from "../store/editor";
import { useAsked } from "./asking";
import type { Params } from "./asking";

const AssetDialog = lazy(async () => ({ default: (await import("../gallery/AssetDialog")).AssetDialog }));
const PersonDialog = lazy(async () => ({ default: (await import("../gallery/PersonDialog")).PersonDialog }));
const KINDS = ["image", "audio", "video"] as const;

/** Which asset, or who, a new node is to be. */
export function AskedDialog() {
  const asked = useAsked((state) => state.asked);
  const project = useEditor((state) => state.drawing?.project_id ?? "");
  if (!asked) return null;
  const close = () => useAsked.setState({ asked: null });
  const pick = (params: Params) => {
    close();
    asked.then(params);
  };
  return (
    <Suspense>
      {asked.type === "asset" ? (
        <AssetDialog title="Which asset?" project={project} kinds={KINDS} close={close} pick={(id) => pick({ asset_id: id })} />
      ) : (
        <PersonDialog title="Which character?" project={project} value={null} close={close} pick={(id) => pick({ character_id: id })} />
      )}
    </Suspense>
  );
}
