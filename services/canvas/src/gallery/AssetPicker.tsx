/** A field that holds an asset: what is chosen, and a dialog to choose or upload another. */
export type MediaKind = "image" | "audio" | "video";

interface Props {
  /** Of the field, for its label. */
  id: string;
  /** What the dialog is headed with. */
  label: string;
  project: string;
  /** The id of the asset. */
  value: string | null;
  change: (id: string | null) => void;
  /** What fits; nothing: all media. */
  kinds?: readonly MediaKind[];
}

export function AssetPicker({ id, value }: Props) {
  return <button id={id}>{value ?? "Choose …"}</button>;
}
