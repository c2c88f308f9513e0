import type { Value } from "../graph/model";

/** A value, small. */
export function ValueView({ value }: { value: Value }) {
  switch (value.type) {
    case "text":
      return <p className="words made-words">{value.text}</p>;
    case "image":
      return <img src={value.thumbnail_url ?? value.url ?? ""} alt="" loading="lazy" width={value.width ?? undefined} height={value.height ?? undefined} />;
    case "video":
      return <video src={value.url ?? ""} poster={value.poster_url ?? undefined} muted loop playsInline preload="none" controls />;
    case "audio":
      return <audio src={value.url ?? ""} controls preload="none" />;
    case "character":
      return (
        <figure className="character">
          {value.references?.[0] && <img src={value.references[0].thumbnail_url ?? ""} alt="" loading="lazy" />}
          <figcaption>{value.name || "Somebody"}</figcaption>
        </figure>
      );
    case "storyboard":
      return (
        <ol className="scenes">
          {value.scenes?.slice(0, 3).map((scene, index) => <li key={index}>{scene.title || scene.start}</li>)}
        </ol>
      );
  }
}
