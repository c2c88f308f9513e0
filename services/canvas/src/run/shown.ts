/** A run that is shown: its view, and the events it is told from. */
import { completed, told, viewOf } from "./fold";
import type { Execution, RunEvent, RunView } from "./view";
import { unborn } from "./view";

export interface Shown {
  id: string;
  view: RunView;
  /** All of its recorded events up to the view's. */
  events: readonly RunEvent[];
  /** What the server said of it last, beside its events. */
  execution: Execution;
}

export function opened(execution: Execution, events: readonly RunEvent[]): Shown {
  const view = events.length ? completed(told(unborn(execution.id), events), execution) : viewOf(execution);
  return { id: execution.id, view, events, execution };
}

/** After what was heard; of other runs, and what is known, is passed over. */
export function withNews(shown: Shown, news: readonly RunEvent[], execution: Execution | null = null): Shown {
  const mine = news.filter((event) => event.data["execution_id"] === shown.id && (event.id === undefined || event.id > shown.view.position));
  if (!mine.length && !execution) return shown;
  const after = told(shown.view, mine);
  return {
    id: shown.id,
    view: execution ? completed(after, execution) : after,
    events: recorded(shown.events, mine),
    execution: execution ?? shown.execution,
  };
}

/** Each once, in the order of their positions. */
function recorded(events: readonly RunEvent[], mine: readonly RunEvent[]): readonly RunEvent[] {
  let last = events.at(-1)?.id ?? -1;
  const added = mine.filter((event) => {
    if (event.id === undefined || event.id <= last) return false;
    last = event.id;
    return true;
  });
  return added.length ? [...events, ...added] : events;
}
