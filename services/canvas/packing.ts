/** The last step of a build: everything is packed for the line, and put in place at once, so that no half of it is ever served. */
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const WORTH = /\.(js|css|html|svg|json|txt)$/;
const SMALL = 1000;
/** Where a build is written before it is whole: no two builds write to the same place. */
export const DRAFT = `dist.${process.pid}`;

export function packing(place: string): Plugin {
  let draft = "";
  return {
    name: "groove-packing",
    apply: "build",
    configResolved(config) {
      draft = join(config.root, config.build.outDir);
    },
    closeBundle() {
      if (!existsSync(join(draft, "index.html"))) return; // it failed
      for (const name of readdirSync(draft, { recursive: true, encoding: "utf8" })) if (WORTH.test(name)) pack(join(draft, name));
      const end = join(draft, "..", place);
      rmSync(end, { recursive: true, force: true });
      renameSync(draft, end);
    },
  };
}

function pack(path: string): void {
  const bytes = readFileSync(path);
  if (bytes.length < SMALL) return;
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}
