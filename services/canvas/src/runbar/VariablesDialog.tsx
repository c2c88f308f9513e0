/** What the `{{variables}}` of a graph are to be in the run that is about to begin. */
import { useEffect, useState } from "react";
import type { SyntheticEvent } from "react";
import * as io from "../io/runs";
import { needed, variablesOf } from "../run/ready";
import { useEditor } from "../store/editor";
import { say, useStarting } from "../store/starting";
import { Dialog } from "../ui/Dialog";
import { OverAll } from "../ui/OverAll";
import { tried } from "../ui/failing";
import { begin } from "./commands";

export function VariablesDialog({ outputs }: { outputs: readonly string[] }) {
  const drawing = useEditor((state) => state.drawing);
  const names = drawing ? variablesOf(drawing, needed(drawing, outputs)) : [];
  const values = useValues(drawing?.project_id);
  const close = () => useStarting.setState({ dialog: null });
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const given = names.map((name): [string, string] => [name, text(form.get(name))]);
    if (drawing) say(drawing.id, Object.fromEntries(given));
    tried(begin(outputs));
  };
  return (
    <OverAll>
      <Dialog title="What shall it be this time?" close={close}>
        {values && (
          <form className="asking" onSubmit={submit}>
            {names.map((name, index) => (
              <label key={name}>
                {name}
                <textarea name={name} rows={2} maxLength={10_000} autoFocus={index === 0} defaultValue={values[name] ?? ""} />
              </label>
            ))}
            <button className="primary">Run</button>
          </form>
        )}
      </Dialog>
    </OverAll>
  );
}

function text(value: FormDataEntryValue | null): string {
  return typeof value === "string" ? value : "";
}

/** Those of the project, and what was said here last. */
function useValues(project: string | undefined): Readonly<Record<string, string>> | null {
  const [known, setKnown] = useState<Readonly<Record<string, string>> | null>(null);
  useEffect(() => {
    if (project) tried(io.variables(project).then((found) => setKnown({ ...found, ...useStarting.getState().variables })));
  }, [project]);
  return known;
}
