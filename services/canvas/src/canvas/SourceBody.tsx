/** What a node brings in: an asset, or a character, as it is in the library. */
import { useEffect, useState } from "react";
import { Refused } from "../api/client";
import type { GraphNode } from "../graph/model";
import { asset } from "../io/assets";
import type { Asset } from "../io/assets";
import { character } from "../io/characters";
import type { Character } from "../io/characters";
import { Sound } from "../nodes/Sound";
import { Thumb } from "../nodes/Thumb";
import { openViewer } from "../viewer/openViewer";
import { instead } from "../viewer/words";

type Found = { asset: Asset } | { character: Character } | { missing: string };
/** What was there when it was last looked at: nodes come and go while the canvas is moved. */
const known = new Map<string, Found>();

export function SourceBody({ node }: { node: GraphNode }) {
  const id = node.params[node.type === "asset" ? "asset_id" : "character_id"];
  const found = useSource(node.type, typeof id === "string" ? id : null);
  if (!found) return <div className="body" />;
  if ("missing" in found) return <div className="body"><p className="trouble">{found.missing}</p></div>;
  if ("character" in found) return <Person character={found.character} />;
  const thing = found.asset;
  return (
    <div className="body">
      <div className="made nodrag">
        {thing.type === "audio" ? (
          <Sound thing={thing} name={instead(thing)} />
        ) : (
          <button className="value" onClick={() => openViewer(thing)}><Thumb thing={thing} alt={instead(thing)} /></button>
        )}
      </div>
    </div>
  );
}

function Person({ character: one }: { character: Character }) {
  const best = one.references.find((picture) => picture.best) ?? one.references[0];
  return (
    <div className="body">
      <p className="value-character">
        {best?.thumbnail_url && <img src={best.thumbnail_url} alt="" loading="lazy" draggable={false} />}
        <b>{one.name}</b>
      </p>
    </div>
  );
}

function useSource(type: string, id: string | null): Found | null {
  const [found, setFound] = useState<{ id: string; is: Found } | null>(null);
  useEffect(() => {
    if (!id) return;
    let there = true;
    const learn = (is: Found) => {
      if ("missing" in is) known.delete(id);
      else known.set(id, is);
      if (there) setFound({ id, is });
    };
    const looked: Promise<Found> = type === "asset" ? asset(id).then((one) => ({ asset: one })) : character(id).then((one) => ({ character: one }));
    looked.then(learn, (error: unknown) => learn({ missing: why(type, error) }));
    return () => {
      there = false;
    };
  }, [type, id]);
  if (!id) return null;
  return found?.id === id ? found.is : (known.get(id) ?? null);
}

function why(type: string, error: unknown): string {
  if (error instanceof Refused && [404, 410].includes(error.status)) return `This ${type} is gone: it was deleted, or belongs to somebody else. Choose another one.`;
  return error instanceof Error ? error.message : String(error);
}
