import { worded } from "./differing";
import type { Difference } from "./differing";

const LONG = 40;

/** Setting by setting; long texts word by word. */
export function Differences({ differences, same }: { differences: readonly Difference[]; same: readonly string[] }) {
  return (
    <>
      <p role="status">{told(differences)}</p>
      <dl className="differences">
        {differences.map((one) => (
          <div key={one.name}>
            <dt>{one.name}</dt>
            {one.first.length > LONG || one.second.length > LONG ? <Words {...one} /> : <Pair {...one} />}
          </div>
        ))}
      </dl>
      {same.length > 0 && <p className="hint">The same in both: {same.join(", ").toLowerCase()}.</p>}
    </>
  );
}

function told(differences: readonly Difference[]): string {
  if (!differences.length) return "They were made with the same settings.";
  const names = differences.map((one) => one.name.toLowerCase());
  const [last] = names.slice(-1);
  return `They differ in ${names.length === 1 ? last : `${names.slice(0, -1).join(", ")} and ${last}`}.`;
}

function Pair({ first, second }: Difference) {
  return (
    <dd>
      <del>{first}</del> <span aria-hidden>→</span> <ins>{second}</ins>
    </dd>
  );
}

function Words({ first, second }: Difference) {
  return (
    <dd>
      {worded(first, second).map((word, index) => (
        <span key={index}>{word.in === "both" ? word.text : word.in === "first" ? <del>{word.text}</del> : <ins>{word.text}</ins>} </span>
      ))}
    </dd>
  );
}
