import { useState } from "react";
import * as io from "../io/assets";
import type { Asset } from "../io/assets";
import { tried } from "../ui/failing";

/** Its name and its tags, to be changed in place. */
export function Labels({ asset, told }: { asset: Asset; told: (asset: Asset) => void }) {
  const [tag, setTag] = useState("");
  const change = (to: Parameters<typeof io.described>[1]) => tried(io.described(asset.id, to).then(told));
  const rename = (name: string) => {
    if (name.trim() && name.trim() !== asset.name) change({ name: name.trim() });
  };
  const add = () => {
    if (tag.trim()) change({ tags: [...asset.tags, tag.trim()] });
    setTag("");
  };
  return (
    <section className="labels">
      <input
        key={asset.name}
        aria-label="Name"
        defaultValue={asset.name}
        maxLength={200}
        onBlur={(event) => rename(event.target.value)}
        onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
      />
      <ul className="tags" aria-label="Tags">
        {asset.tags.map((one) => (
          <li key={one}>
            {one}
            <button aria-label={`Remove the tag ${one}`} onClick={() => change({ tags: asset.tags.filter((other) => other !== one) })}>×</button>
          </li>
        ))}
      </ul>
      <form onSubmit={(event) => { event.preventDefault(); add(); }}>
        <input aria-label="New tag" placeholder="Add a tag" value={tag} maxLength={50} onChange={(event) => setTag(event.target.value)} />
        <button disabled={!tag.trim()}>Add</button>
      </form>
    </section>
  );
}
