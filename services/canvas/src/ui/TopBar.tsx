import type { ReactNode } from "react";
import { address } from "../route";
import { useSession } from "../store/session";
import type { Theme } from "../store/session";
import { tried } from "./failing";
import { Icon } from "./Icon";

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };

/** The line above every page: where one is, and what can be done there. */
export function TopBar({ project, title, children }: { project: string | null; title?: ReactNode; children?: ReactNode }) {
  const { theme, wear, projects, me, leave } = useSession();
  const name = projects.find((one) => one.id === project)?.name;
  return (
    <header className="top-bar">
      <a className="brand" href={address({ page: "home", project })} aria-label="Pixel Groove, home">
        <img src="/mark.svg" alt="" width="22" height="22" />
      </a>
      <nav aria-label="Where you are">
        {project && <a href={address({ page: "home", project })}>{name ?? "Project"}</a>}
        {title}
      </nav>
      {children ?? <span className="spring" />}
      {project && <a className="quiet" href={address({ page: "gallery", project, asset: null })}>Gallery</a>}
      <button className="quiet" onClick={() => wear(NEXT[theme])} aria-label={`Colours: ${theme}. Change.`} title={`Colours: ${theme}`}>
        <Icon name={theme} />
      </button>
      {me?.signed_in && (
        <button className="quiet" onClick={() => tried(leave())} aria-label={`Sign out ${me.name}`} title={`Sign out ${me.name}`}>
          <Icon name="leave" />
        </button>
      )}
    </header>
  );
}
