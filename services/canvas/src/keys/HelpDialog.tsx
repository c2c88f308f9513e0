import { Dialog } from "../ui/Dialog";
import { OTHERS, SHORTCUTS } from "./shortcuts";

export function HelpDialog({ close }: { close: () => void }) {
  return (
    <Dialog title="Keys" close={close} wide>
      <dl className="keys">
        {[...SHORTCUTS, ...OTHERS].map(({ shown, name }) => (
          <div key={shown + name}>
            <dt><kbd>{shown}</kbd></dt>
            <dd>{name}</dd>
          </div>
        ))}
      </dl>
      <p className="hint">On a Mac, ⌘ is Ctrl.</p>
    </Dialog>
  );
}
