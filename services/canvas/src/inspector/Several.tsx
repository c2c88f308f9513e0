import { addFrame, align, bypass, distribute, duplicate, layOut, removeChosen } from "../canvas/commands";
import { tried } from "../ui/failing";

const LINES = ["left", "centre", "right", "top", "middle", "bottom"] as const;

/** What can be done with several at once. */
export function Several({ count }: { count: number }) {
  return (
    <>
      <h2>{count} chosen</h2>
      <div className="acts">
        <button onClick={bypass}>Bypass</button>
        <button onClick={duplicate}>Duplicate</button>
        <button onClick={addFrame}>Frame around</button>
        <button onClick={() => tried(layOut())}>Arrange</button>
        <button className="danger" onClick={removeChosen}>Delete</button>
      </div>
      <h3>Align</h3>
      <div className="acts">
        {LINES.map((line) => <button key={line} onClick={() => align(line)}>{line}</button>)}
      </div>
      <h3>Distribute</h3>
      <div className="acts">
        <button onClick={() => distribute("x")}>across</button>
        <button onClick={() => distribute("y")}>down</button>
      </div>
    </>
  );
}
