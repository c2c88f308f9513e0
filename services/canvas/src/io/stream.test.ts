/** A stream against a real server that loses connections, refuses, falls silent, and comes back. */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { followed } from "./stream";
import type { Following, Link, Listener } from "./stream";
import type { Surroundings } from "./surroundings";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const open: { close: () => void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** Answers one connection after the other in these ways, the last for ever. Gives its address and the paths it was asked for. */
async function server(...answers: Answer[]) {
  const asked: string[] = [];
  const here = createServer((request, response) => {
    asked.push(request.url ?? "");
    answers[Math.min(asked.length, answers.length) - 1]?.(request, response);
  });
  await new Promise<void>((ready) => here.listen(0, "127.0.0.1", ready));
  open.push({ close: () => (here.closeAllConnections(), here.close()) });
  return { url: `http://127.0.0.1:${(here.address() as AddressInfo).port}/api/stream?project_id=p`, asked };
}

const event = (id: number) => `id: ${id}\nevent: node_queued\ndata: {"node_id":"n${id}"}\n\n`;
const PROGRESS = 'event: node_progress\ndata: {"progress":0.5}\n\n';
const says = (text: string, end: "end" | "stay" | "cut" = "stay"): Answer => (_, response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(text, () => {
    if (end === "end") response.end();
    if (end === "cut") response.destroy();
  });
};
const refuses = (status: number, headers: Record<string, string> = {}): Answer => (_, response) => {
  response.writeHead(status, { "content-type": "application/problem+json", ...headers });
  response.end(JSON.stringify({ type: "/problems/x", status, detail: "No." }));
};

/** Nobody waits in a test; `pauses`: for how long it would have been. */
function surroundings(pauses: number[] = [], unseen: () => boolean = () => false): Surroundings {
  return {
    now: () => 0,
    unseen,
    whenUnseen: () => () => undefined,
    seen: () => new Promise((go) => setTimeout(go, 1)),
    pause: (ms) => {
      pauses.push(ms);
      return new Promise((go) => setTimeout(go, 1));
    },
  };
}

interface Heard {
  ids: (number | undefined)[];
  gapless: boolean[];
  links: Link[];
}

/** Listen until `enough`, then stop. */
async function heard(url: string, enough: (heard: Heard) => boolean, around = surroundings()): Promise<Heard> {
  const all: Heard = { ids: [], gapless: [], links: [] };
  let following: Following | null = null;
  await new Promise<void>((done) => {
    const note = <T>(where: T[]) => (what: T) => {
      where.push(what);
      if (enough(all)) done();
    };
    const id = note(all.ids);
    const listener: Listener = { hear: (event) => id(event.id), opened: note(all.gapless), told: note(all.links), clock: () => undefined };
    following = followed(url, listener, around);
    open.push({ close: () => following?.stop() });
  });
  (following as Following | null)?.stop();
  return all;
}

it("goes on where it was, however the connection ends, and counts no progress", async () => {
  const { url, asked } = await server(says(event(1) + event(2) + PROGRESS, "cut"), says(event(3), "end"), says(event(4)));
  const all = await heard(url, ({ ids }) => ids.includes(4));
  expect(all.ids).toEqual([1, 2, undefined, 3, 4]);
  expect(asked.map((one) => one.split("after=")[1])).toEqual([undefined, "2", "3"]);
  expect(all.gapless).toEqual([false, true, true]);
});

it("says that there may be a gap where it never had a place", async () => {
  const { url } = await server(says(PROGRESS, "end"), says(event(9)));
  expect((await heard(url, ({ ids }) => ids.includes(9))).gapless).toEqual([false, false]);
});

it("comes back from 503, and waits as long as it is told to", async () => {
  const pauses: number[] = [];
  const { url } = await server(refuses(503, { "retry-after": "7" }), refuses(502), says(event(1)));
  const { links } = await heard(url, ({ ids }) => ids.includes(1), surroundings(pauses));
  expect(links).toEqual(["connecting", "away", "connecting", "away", "connecting", "live"]);
  expect(pauses[0]).toBeGreaterThanOrEqual(7000);
  expect(pauses[1]).toBeLessThan(2000);
});

it("waits where there are too many streams, and asks no more where it is a stranger or refused", async () => {
  const busy = await server(refuses(429), says(event(1)));
  expect((await heard(busy.url, ({ ids }) => ids.includes(1))).links).toContain("busy");
  for (const [status, link] of [[401, "stranger"], [404, "refused"]] as const) {
    const { url, asked } = await server(refuses(status));
    await heard(url, ({ links }) => links.includes(link));
    await new Promise((go) => setTimeout(go, 20));
    expect(asked).toHaveLength(1);
  }
});

it("lets a page that nobody looks at rest, and puts letters together that came in pieces", async () => {
  let looks = 0;
  const { url } = await server((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const bytes = Buffer.from('id: 5\nevent: node_failed\ndata: {"message":"größer"}\n\n');
    response.write(bytes.subarray(0, 50), () => response.write(bytes.subarray(50)));
  });
  const { links, ids } = await heard(url, (all) => all.ids.includes(5), surroundings([], () => looks++ < 2));
  expect(links).toEqual(["resting", "resting", "connecting", "live"]);
  expect(ids).toEqual([5]);
});
