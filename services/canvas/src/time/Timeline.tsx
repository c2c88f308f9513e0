/** Time travel: a slider over the events of the run that is shown. The board shows every node as it was then. */
import { useEffect, useState } from "react";
import { nameOf } from "../nodes/names";
import { clock, duration, happened } from "../run/words";
import { moment } from "../run/view";
import type { RunEvent } from "../run/view";
import { useRunning } from "../store/running";

const FAILURES = new Set(["node_failed", "node_in_doubt", "execution_failed"]);
/** To play a whole run takes about as long, however long it took. */
const PLAY_MS = 9000;
const STEP_MS = { least: 60, most: 700 };
/** The middle of the slider's thumb goes not quite from end to end. */
const THUMB_PX = 16;
const NONE: readonly RunEvent[] = [];

export function Timeline() {
  const events = useRunning((state) => state.shown?.events ?? NONE);
  const at = useRunning((state) => state.at);
  const { travel } = useRunning.getState();
  const [playing, setPlaying] = usePlaying(events.length);
  if (!events.length) return <p className="hint">Run the graph, and go back and forth in what happened here.</p>;
  const here = at ?? events.length;
  const words = momentInWords(events, here);
  const failures = events.flatMap((event, index) => (FAILURES.has(event.event) ? [index + 1] : []));
  const next = failures.find((one) => one > (at === null ? 0 : here)) ?? failures[0];
  return (
    <div className="timeline" data-past={at !== null}>
      <button
        aria-label={playing ? "Pause" : "Play the run"}
        onClick={() => {
          if (!playing && here >= events.length) travel(0);
          setPlaying(!playing);
        }}
      >
        <span aria-hidden>{playing ? "❚❚" : "▶"}</span>
      </button>
      <div className="slider">
        <input
          type="range"
          min={0}
          max={events.length}
          value={here}
          aria-label="Moment of the run"
          aria-valuetext={at === null ? "now" : words}
          onChange={(event) => {
            setPlaying(false);
            travel(Number(event.target.value));
          }}
        />
        {failures.map((one) => (
          <i key={one} className="failure" aria-hidden style={{ left: `calc(${THUMB_PX / 2}px + (100% - ${THUMB_PX}px) * ${one / events.length})` }} />
        ))}
      </div>
      {next !== undefined && (
        <button className="quiet" onClick={() => travel(next)} title="Go to where it failed">Failure</button>
      )}
      <span className="moment" title={words}>{at === null ? last(events) : words}</span>
      <button className={at === null ? "quiet" : ""} aria-pressed={at === null} onClick={() => travel(null)}>Now</button>
    </div>
  );
}

function usePlaying(count: number) {
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing) return;
    const step = Math.min(STEP_MS.most, Math.max(STEP_MS.least, PLAY_MS / Math.max(1, count)));
    const timer = window.setInterval(() => {
      const { at, shown, travel } = useRunning.getState();
      const end = shown?.events.length ?? 0;
      const next = (at ?? 0) + Math.max(1, Math.round((step * count) / (PLAY_MS * 4)));
      travel(Math.min(next, end));
      if (next >= end) setPlaying(false);
    }, step);
    return () => window.clearInterval(timer);
  }, [playing, count]);
  return [playing, setPlaying] as const;
}

function momentInWords(events: readonly RunEvent[], at: number): string {
  const event = events[at - 1];
  const begin = moment(events[0]?.data["at"]);
  if (!event || begin === null) return "Before it began";
  const time = moment(event.data["at"]) ?? begin;
  return `${clock(time)} (${duration(time - begin)} in): ${happened(event, nameOf)}`;
}

function last(events: readonly RunEvent[]): string {
  const event = events.at(-1);
  return event ? happened(event, nameOf) : "";
}
