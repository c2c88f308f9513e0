/** The graph that was open last in each project: where a picture from the gallery goes first. */
import { useEditor } from "../store/editor";

useEditor.subscribe(({ drawing }, before) => {
  if (drawing && drawing.id !== before.drawing?.id) localStorage.setItem(at(drawing.project_id), drawing.id);
});

export function lastGraph(project: string): string | null {
  return localStorage.getItem(at(project));
}

function at(project: string): string {
  return `groove.last-graph.${project}`;
}
