/** Why it was not run, and where to look. */
import { useEditor } from "../store/editor";
import { useStarting } from "../store/starting";

const SHOWN = 6;

export function Flaws() {
  const flaws = useStarting((state) => state.flaws);
  if (!flaws.length) return null;
  const close = () => useStarting.setState({ flaws: [] });
  return (
    <div className="flaws" role="alert" onKeyDown={(event) => event.key === "Escape" && close()}>
      <div className="head">
        <b>It was not run.</b>
        <button className="quiet" aria-label="Dismiss" onClick={close}>×</button>
      </div>
      <ul>
        {flaws.slice(0, SHOWN).map(({ message, node }, index) => (
          <li key={index}>
            {message}{" "}
            {node !== null && (
              <button className="quiet link" onClick={() => useEditor.getState().select(new Set([node]))}>Show</button>
            )}
          </li>
        ))}
        {flaws.length > SHOWN && <li>… and {flaws.length - SHOWN} more.</li>}
      </ul>
    </div>
  );
}
