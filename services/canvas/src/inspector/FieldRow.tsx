/** One setting: what it is called, what it is, and why it cannot be that. */
import type { ChangeEvent } from "react";
import { AssetPicker } from "../gallery/AssetPicker";
import { CharacterPicker } from "../gallery/CharacterPicker";
import type { GraphNode } from "../graph/model";
import { draft, placeOf, useDrafts } from "../store/drafts";
import { useEditor } from "../store/editor";
import { checked, range, read, shown } from "./fields";
import type { Field } from "./fields";

interface Props {
  node: GraphNode;
  field: Field;
}

export function FieldRow({ node, field }: Props) {
  const stored = node.params[field.name];
  const place = placeOf(useEditor((state) => state.drawing?.id ?? ""), node.id, field.name);
  const written = useDrafts((state) => state.drafts.get(place));
  const id = `field-${field.name}`;
  const flaw = written !== undefined ? read(field, written) : stored === undefined ? null : checked(field, stored);
  const why = flaw && "why" in flaw ? flaw.why : field.required && stored === undefined && written === undefined ? "This is needed." : null;
  const text = written ?? shown(stored);
  const change = (now: string) => {
    const found = read(field, now);
    const fits = "value" in found;
    draft(place, fits && shown(found.value ?? undefined) === now ? null : now);
    if (fits) set(node, field, found.value);
  };
  const reset = () => {
    draft(place, null);
    set(node, field, null);
  };
  const leave = () => {
    if (written !== undefined && "value" in read(field, written)) draft(place, null);
  };
  return (
    <div className="field" data-kind={field.kind}>
      <label htmlFor={id}>{field.title}</label>
      {stored !== undefined && field.kind !== "asset" && !field.required && (
        <button className="reset" aria-label={`${field.title}: back to its own`} title={`Back to ${shown(field.fallback) || "nothing"}`} onClick={reset}>↺</button>
      )}
      <Control id={id} field={field} text={text} why={why} change={change} leave={leave} />
      {why !== null && <p className="trouble" id={`${id}-why`}>{why}</p>}
      {field.ignored && <p className="hint">The chosen model takes no notice of it.</p>}
      {why === null && (field.hint || field.least !== undefined) && <p className="hint" id={`${id}-hint`}>{field.hint} {field.kind === "choice" ? "" : range(field)}</p>}
    </div>
  );
}

function set(node: GraphNode, field: Field, value: unknown): void {
  const params = { [field.name]: value };
  useEditor.getState().edit(`Change ${field.title.toLowerCase()}`, [{ op: "change_node", node_id: node.id, params }], true, `param ${node.id} ${field.name}`);
}

interface ControlProps {
  id: string;
  field: Field;
  text: string;
  why: string | null;
  change: (text: string) => void;
  leave: () => void;
}

function Control({ id, field, text, why, change, leave }: ControlProps) {
  const project = useEditor((state) => state.drawing?.project_id ?? "");
  const hinted = why !== null ? `${id}-why` : field.hint || field.least !== undefined ? `${id}-hint` : undefined;
  const shared = {
    id,
    value: text,
    "aria-invalid": why !== null,
    "aria-describedby": hinted,
    onBlur: leave,
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>) => change(event.target.value),
  };
  const fallback = shown(field.fallback);
  if (field.fixed !== undefined) return <output id={id}>{field.fixed}, always with this model</output>;
  switch (field.kind) {
    case "words":
      return <textarea {...shared} rows={field.name === "text" || field.name === "prompt" ? 6 : 3} placeholder={fallback} />;
    case "json":
      return <textarea {...shared} className="code" rows={5} spellCheck={false} placeholder={fallback} />;
    case "choice":
      return <Choice field={field} fallback={fallback} shared={shared} />;
    case "switch":
      return (
        <select {...shared}>
          <option value="">{field.fallback === true ? "on" : "off"} (its own)</option>
          <option value="true">on</option>
          <option value="false">off</option>
        </select>
      );
    case "whole":
    case "number":
      return <input {...shared} inputMode={field.kind === "whole" ? "numeric" : "decimal"} placeholder={fallback} autoComplete="off" />;
    case "asset":
      return <AssetPicker id={id} label={field.title} project={project} value={text || null} change={(value) => change(value ?? "")} />;
    case "character":
      return <CharacterPicker id={id} label={field.title} project={project} value={text || null} change={(value) => change(value ?? "")} />;
    case "text":
      return <input {...shared} placeholder={fallback} autoComplete="off" />;
  }
}

function Choice({ field, fallback, shared }: { field: Field; fallback: string; shared: { id: string; value: string; onBlur: () => void; onChange: (event: ChangeEvent<HTMLSelectElement>) => void } }) {
  const known = shared.value === "" || field.choices?.some((one) => String(one) === shared.value);
  return (
    <select {...shared}>
      {!field.required && <option value="">{fallback ? `${fallback} (its own)` : "not set"}</option>}
      {!known && <option value={shared.value}>{shared.value}</option>}
      {field.choices?.map((one) => <option key={one} value={String(one)}>{one}</option>)}
    </select>
  );
}
