/** Files into the library: announced, put straight into object storage, then looked at by the gateway. */
import { Away, Refused, api, given, key } from "../api/client";
import type { components } from "../api/schema";
import type { Asset } from "./assets";

type S = components["schemas"];
/** How much is there, between 0 and 1. */
export type Progress = (part: number) => void;

interface Piece {
  number: number;
  url: string;
  headers: Record<string, string>;
  body: Blob;
}

const AT_ONCE = 3;
const AGAIN_MS = [500, 1500, 4000];
/** What browsers call some types, and what the gateway calls them. */
const SAME: Record<string, string> = {
  "audio/x-wav": "audio/wav",
  "audio/wave": "audio/wav",
  "audio/x-m4a": "audio/mp4",
  "audio/m4a": "audio/mp4",
  "audio/mp3": "audio/mpeg",
  "audio/x-flac": "audio/flac",
  "application/ogg": "audio/ogg",
};
const BY_ENDING: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
  avif: "image/avif",
  wav: "audio/wav",
  mp3: "audio/mpeg",
  ogg: "audio/ogg",
  flac: "audio/flac",
  m4a: "audio/mp4",
  mp4: "video/mp4",
  webm: "video/webm",
  mov: "video/quicktime",
};
/** For `<input type="file" accept>`. */
export const TAKEN = [...new Set(Object.values(BY_ENDING))].join(",");

/** What a file calls itself; the gateway looks for itself. */
export function mimeOf(file: Pick<File, "name" | "type">): string {
  const ending = file.name.split(".").at(-1)?.toLowerCase() ?? "";
  return SAME[file.type] ?? (file.type || BY_ENDING[ending]) ?? "application/octet-stream";
}

/** Upload a file into a project. Give `signal` to stop it: nothing of it stays.
 *
 * @throws Refused with the reason of the gateway (not what it says, too large …); Away when nothing answers;
 *   a DOMException of the name AbortError when it was stopped.
 */
export async function uploaded(file: File, project: string, tell?: Progress, signal?: AbortSignal): Promise<Asset> {
  const announced = await given(
    api.POST("/api/assets/uploads", {
      params: { header: { "Idempotency-Key": key() } },
      body: { filename: file.name.slice(-200) || "file", mime: mimeOf(file), bytes: file.size, project_id: project },
    }),
  );
  try {
    const parts = await put(file, announced, tell, signal);
    const params = { path: { asset_id: announced.id }, header: { "Idempotency-Key": key() } };
    return await given(api.POST("/api/assets/{asset_id}/complete", { params, body: announced.parts ? { parts } : {} }));
  } catch (error) {
    void api.DELETE("/api/assets/uploads/{asset_id}", { params: { path: { asset_id: announced.id } } }).catch(() => null);
    throw error;
  }
}

async function put(file: File, announced: S["UploadShape"], tell?: Progress, signal?: AbortSignal): Promise<S["UploadedPart"][]> {
  const waiting = pieces(file, announced);
  const sent = new Map<number, number>();
  const hear = (number: number) => (bytes: number) => {
    sent.set(number, bytes);
    tell?.([...sent.values()].reduce((sum, one) => sum + one, 0) / Math.max(1, file.size));
  };
  const done: S["UploadedPart"][] = [];
  const work = async () => {
    for (let piece = waiting.shift(); piece; piece = waiting.shift())
      done.push({ number: piece.number, etag: await persistently(piece, hear(piece.number), signal) });
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, waiting.length) }, work));
  return done.sort((a, b) => a.number - b.number);
}

export function pieces(file: Blob, announced: Pick<S["UploadShape"], "url" | "headers" | "parts">): Piece[] {
  const { url, headers, parts } = announced;
  if (!parts) return url === null ? [] : [{ number: 1, url, headers, body: file }];
  let at = 0;
  return parts.map((part) => {
    const body = file.slice(at, at + part.bytes);
    at += part.bytes;
    return { number: part.number, url: part.url, headers: part.headers, body };
  });
}

/** The network may be gone for a moment: a piece is sent again, and again. */
async function persistently(piece: Piece, hear: (bytes: number) => void, signal?: AbortSignal): Promise<string> {
  for (let failures = 0; ; failures++)
    try {
      return await sent(piece, hear, signal);
    } catch (error) {
      const wait = AGAIN_MS[failures];
      if (wait === undefined || signal?.aborted || !(error instanceof Away)) throw error;
      await new Promise((go) => setTimeout(go, wait));
    }
}

/** XMLHttpRequest, as fetch does not tell how far an upload is. */
function sent(piece: Piece, hear: (bytes: number) => void, signal?: AbortSignal): Promise<string> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    request.open("PUT", piece.url);
    for (const [name, value] of Object.entries(piece.headers))
      if (!/^(host|content-length)$/i.test(name)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => hear(event.loaded);
    request.onload = () => {
      if (request.status < 300) done(request.getResponseHeader("etag") ?? "");
      else if (request.status >= 500) fail(new Away());
      else fail(new Refused({ type: "upload", status: request.status, detail: "The store did not take the file. Try it again." }));
    };
    request.onerror = () => fail(new Away());
    request.onabort = () => fail(new DOMException("The upload was stopped.", "AbortError"));
    request.onloadend = () => signal?.removeEventListener("abort", stop);
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) fail(new DOMException("The upload was stopped.", "AbortError"));
    else request.send(piece.body);
  });
}
