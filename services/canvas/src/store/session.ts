/** Who is here, what there is to work with, and how it looks. */
import { create } from "zustand";
import { Away, Refused, api } from "../api/client";
import { nodeTypes } from "../io/graphs";
import { me, projects, signOut } from "../io/projects";
import type { Me, Project } from "../io/projects";
import { useEditor } from "./editor";

export type Stage = "starting" | "ready" | "stranger" | "away";
export type Theme = "system" | "light" | "dark";

interface Session {
  stage: Stage;
  me: Me | null;
  projects: readonly Project[];
  theme: Theme;
  start: () => Promise<void>;
  refreshProjects: () => Promise<void>;
  wear: (theme: Theme) => void;
  /** Sign out. */
  leave: () => Promise<void>;
}

const AGAIN_MS = 2000;
const THEME = "groove.theme";

export const useSession = create<Session>((set, get) => ({
  stage: "starting",
  me: null,
  projects: [],
  theme: themeOf(localStorage.getItem(THEME)),
  start: async () => {
    try {
      const [who, kinds, all] = await Promise.all([me(), nodeTypes(), projects()]);
      useEditor.getState().know(new Map(kinds.map((kind) => [kind.name, kind])));
      set({ stage: "ready", me: who, projects: all });
    } catch (error) {
      if (error instanceof Refused && error.status === 401) set({ stage: "stranger" });
      else if (error instanceof Away || error instanceof Refused) {
        set({ stage: "away" });
        window.setTimeout(() => void get().start(), AGAIN_MS);
      } else throw error;
    }
  },
  refreshProjects: async () => {
    set({ projects: await projects() });
  },
  wear: (theme) => {
    localStorage.setItem(THEME, theme);
    dress(theme);
    set({ theme });
  },
  leave: async () => {
    await signOut();
    set({ stage: "stranger", me: null });
  },
}));

/** A session that ended is begun again where one was. */
api.use({
  onResponse: ({ response }) => {
    if (response.status === 401) useSession.setState({ stage: "stranger" });
  },
});

/** The style sheet follows the system until it is told otherwise. */
export function dress(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

function themeOf(text: string | null): Theme {
  return text === "light" || text === "dark" ? text : "system";
}
