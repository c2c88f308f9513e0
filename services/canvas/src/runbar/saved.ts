/** What is run is what is seen: edits that are still on their way come first. */
import { useEditor } from "../store/editor";

const PATIENCE_MS = 15_000;

/** Until the server has every edit.
 *
 * @throws Error when that takes too long.
 */
export async function saved(): Promise<void> {
  const here = document.activeElement;
  if (here instanceof HTMLInputElement || here instanceof HTMLTextAreaElement) {
    here.blur(); // what is being typed is an edit once it is left
    here.focus({ preventScroll: true });
  }
  if (done()) return;
  await new Promise<void>((go, fail) => {
    const end = (then: () => void) => {
      clearTimeout(timer);
      deaf();
      then();
    };
    const deaf = useEditor.subscribe(() => {
      if (done()) end(go);
    });
    const timer = setTimeout(() => {
      end(() => {
        fail(new Error("Not run: your last edits could not be saved yet. They are kept; run it again when they are."));
      });
    }, PATIENCE_MS);
  });
}

function done(): boolean {
  return !useEditor.getState().waiting.length;
}
