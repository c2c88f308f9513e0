/** The examples of the repository, one chunk each: nothing of them is loaded before it is wanted. */
export interface Template {
  file: string;
  name: string;
  description: string;
  workflow: Record<string, unknown>;
}

const FILES = import.meta.glob<Record<string, unknown>>("../../../../examples/*.json", { import: "default" });
const FIRST = "main.json";

export async function templates(): Promise<Template[]> {
  const all = await Promise.all(
    Object.entries(FILES).map(async ([path, load]) => templateOf(path.split("/").at(-1) ?? path, await load())),
  );
  return all.sort((a, b) => Number(b.file === FIRST) - Number(a.file === FIRST) || a.name.localeCompare(b.name));
}

function templateOf(file: string, workflow: Record<string, unknown>): Template {
  const text = (name: string) => (typeof workflow[name] === "string" ? workflow[name] : "");
  return { file, name: text("name") || file, description: text("description"), workflow };
}
