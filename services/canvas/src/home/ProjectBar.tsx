import { useRef, useState } from "react";
import { TAKEN } from "../io/uploads";
import * as io from "../io/projects";
import { created } from "../io/graphs";
import { go } from "../route";
import { useSession } from "../store/session";
import { tried } from "../ui/failing";
import { NameDialog } from "./NameDialog";

async function newGraph(project: string): Promise<void> {
  const graph = await created("Untitled", project);
  go({ page: "graph", graph: graph.id, run: null });
}

/** Which project, another one, and a way in for files. */
export function ProjectBar({ project, bring }: { project: string; bring: (files: readonly File[]) => void }) {
  const projects = useSession((state) => state.projects);
  const [asked, setAsked] = useState<"new" | "rename" | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const { refreshProjects } = useSession.getState();
  const here = projects.find((one) => one.id === project);
  const close = () => setAsked(null);
  return (
    <div className="project-bar">
      <label>
        <span>Project</span>{" "}
        <select value={project} onChange={(event) => go({ page: "home", project: event.target.value })}>
          {!here && <option value={project}>{project}</option>}
          {projects.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
        </select>
      </label>
      <button onClick={() => setAsked("new")}>New project</button>
      {here && <button onClick={() => setAsked("rename")}>Rename</button>}
      <span className="spring" />
      <button onClick={() => file.current?.click()}>Import a workflow</button>
      <button className="primary" onClick={() => tried(newGraph(project))}>New graph</button>
      <input
        ref={file}
        hidden
        type="file"
        accept={`.json,application/json,${TAKEN}`}
        aria-label="A workflow file"
        onChange={(event) => {
          bring([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
      {asked === "new" && (
        <NameDialog
          title="New project"
          close={close}
          take={async (name) => {
            const made = await io.newProject(name);
            await refreshProjects();
            go({ page: "home", project: made.id });
          }}
        />
      )}
      {asked === "rename" && here && (
        <NameDialog title="Rename the project" name={here.name} close={close} take={async (name) => (await io.renamedProject(project, name), refreshProjects())} />
      )}
    </div>
  );
}
