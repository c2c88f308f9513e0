/** The one stream of a page: everything that happens in its project, to whoever listens. */
import { useEffect } from "react";
import { create } from "zustand";
import { followed } from "../io/stream";
import type { Following, Link } from "../io/stream";
import type { RunEvent } from "../run/view";
import { moment } from "../run/view";
import { atDoor, nearer } from "../time/skew";
import { useSession } from "./session";

interface Live {
  project: string | null;
  link: Link;
  /** Milliseconds that the server's clock is ahead of this machine's; null: nothing was heard of it. */
  skew: number | null;
}
export interface Ear {
  hear: (event: RunEvent) => void;
  /** The stream stands again: look what happened meanwhile. `gapless`: all of it will be heard. */
  opened?: (gapless: boolean) => void;
}

export const useLive = create<Live>(() => ({ project: null, link: "connecting", skew: null }));

const ears = new Set<Ear>();
let following: Following | null = null;
let users = 0;

/** Hear everything of the project that is attended to. Give back how to stop. */
export function listen(ear: Ear): () => void {
  ears.add(ear);
  return () => ears.delete(ear);
}

/** By the server's clock, in milliseconds since the epoch. */
export function serverNow(): number {
  return Date.now() + (useLive.getState().skew ?? 0);
}

/** While this is on the page, its project is listened to. */
export function useProjectStream(project: string | null): void {
  useEffect(() => (project === null ? undefined : attend(project)), [project]);
}

function attend(project: string): () => void {
  users += 1;
  if (useLive.getState().project !== project) connect(project);
  return () => {
    users -= 1;
    // whoever is drawn next may want the same: ask when that has happened
    queueMicrotask(() => {
      if (users > 0) return;
      following?.stop();
      useLive.setState({ project: null, link: "connecting" });
    });
  };
}

function connect(project: string): void {
  following?.stop();
  useLive.setState({ project, link: "connecting" });
  const say = (skew: number) => {
    if (skew !== useLive.getState().skew) useLive.setState({ skew });
  };
  following = followed(`/api/stream?project_id=${encodeURIComponent(project)}`, {
    hear: (event) => {
      const at = moment(event.data["at"]);
      if (at !== null) say(nearer(useLive.getState().skew ?? at - Date.now(), at, Date.now()));
      for (const ear of ears) ear.hear(event);
    },
    opened: (gapless) => {
      for (const ear of ears) ear.opened?.(gapless);
    },
    told: (link) => {
      useLive.setState({ link });
      if (link === "stranger") void useSession.getState().start();
    },
    clock: (date) => say(atDoor(useLive.getState().skew, date, Date.now())),
  });
}
