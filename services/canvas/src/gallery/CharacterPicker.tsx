/** A field that holds a character: who is chosen, and a dialog to choose or make another. */
interface Props {
  /** Of the field, for its label. */
  id: string;
  /** What the dialog is headed with. */
  label: string;
  project: string;
  /** The id of the character. */
  value: string | null;
  change: (id: string | null) => void;
}

export function CharacterPicker({ id, value }: Props) {
  return <button id={id}>{value ?? "Choose …"}</button>;
}
