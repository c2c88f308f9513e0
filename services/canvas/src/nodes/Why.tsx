/** Why a node was made, taken from the cache, or failed: what the server knows of it. */
import { useEffect, useRef, useState } from "react";
import { Refused } from "../api/client";
import { called } from "../graph/model";
import * as io from "../io/runs";
import type { Explanation } from "../io/runs";
import { go } from "../route";
import { fieldInWords, listed } from "../run/advice";
import { duration, price } from "../run/words";
import { moment } from "../run/view";
import { useEditor } from "../store/editor";
import { useWhy } from "../store/why";
import { tried } from "../ui/failing";

const WIDTH = 340;
const ROOM = 300;

export function Why() {
  const asked = useWhy((state) => state.asked);
  if (!asked) return null;
  return <Popover key={`${asked.run} ${asked.node} ${asked.at.x}`} {...asked} />;
}

function Popover({ run, node, at }: { run: string; node: string; at: DOMRect }) {
  const place = useRef<HTMLDivElement>(null);
  const shownNode = useEditor((state) => state.drawing?.nodes.get(node));
  const catalogue = useEditor((state) => state.catalogue);
  const { told, refusal } = useExplanation(run, node);
  useEffect(() => {
    place.current?.showPopover();
    place.current?.querySelector("button")?.focus();
  }, []);
  const below = at.bottom + ROOM < window.innerHeight;
  const left = Math.max(8, Math.min(at.left, window.innerWidth - WIDTH - 8));
  return (
    <div
      ref={place}
      popover="auto"
      role="dialog"
      aria-label={`Why ${shownNode ? called(shownNode, catalogue) : node} is as it is`}
      className="why"
      style={below ? { left, top: at.bottom + 6, width: WIDTH } : { left, bottom: window.innerHeight - at.top + 6, width: WIDTH }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        event.currentTarget.hidePopover();
      }}
      onToggle={(event) => event.newState === "closed" && useWhy.setState({ asked: null })}
    >
      <div className="head">
        <b>{shownNode ? called(shownNode, catalogue) : node}</b>
        <button className="quiet" aria-label="Close" onClick={() => place.current?.hidePopover()}>×</button>
      </div>
      {refusal && <p className="trouble" role="alert">{refusal}</p>}
      {!told && !refusal && <p role="status">Asking …</p>}
      {told && <Told told={told} />}
    </div>
  );
}

function useExplanation(run: string, node: string) {
  const [told, setTold] = useState<Explanation | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => {
    io.explained(run, node).then(setTold, (error: unknown) => {
      setRefusal(error instanceof Refused && error.status === 404 ? "It was not part of this run." : String(error instanceof Error ? error.message : error));
    });
  }, [run, node]);
  return { told, refusal };
}

function Told({ told }: { told: Explanation }) {
  const reason = told.differences.length ? told.reason.replace(/ Since its last execution there changed: .*$/, "") : told.reason;
  return (
    <>
      <p>{reason}</p>
      {told.differences.length > 0 && <p>What changed since its run before: {listed(told.differences.map(fieldInWords))}.</p>}
      {told.cached_from && <Origin from={told.cached_from.execution_id} />}
      {told.model && <p className="hint">{told.provider} · {told.model}</p>}
      {told.attempts.length > 0 && (
        <ol className="attempts">
          {told.attempts.map((one) => <Attempt key={one.attempt} one={one} />)}
        </ol>
      )}
    </>
  );
}

const STATES: Record<Explanation["attempts"][number]["state"], string> = {
  queued: "waits for a worker",
  running: "is being made",
  succeeded: "succeeded",
  failed: "failed",
  in_doubt: "is in doubt",
  stopped: "was stopped",
};

function Attempt({ one }: { one: Explanation["attempts"][number] }) {
  const [began, ended] = [moment(one.started_at), moment(one.ended_at)];
  const took = began !== null && ended !== null ? ` after ${duration(ended - began)}` : "";
  return (
    <li value={one.attempt}>
      {STATES[one.state]}{took}{one.cost > 0 && `, ${price(one.cost)}`}
      {one.holders != null && one.holders > 1 && "; taken over from a worker that fell silent"}
      {one.error && <>: {one.error.message}</>}
      {one.notes.map((note, index) => <small key={index}>{note}</small>)}
    </li>
  );
}

function Origin({ from }: { from: string }) {
  const open = async () => {
    const { graph_id } = await io.execution(from);
    if (!graph_id) throw new Error("It was made in a run without a graph of its own.");
    go({ page: "graph", graph: graph_id, run: from });
  };
  return <p><button className="link" onClick={() => tried(open())}>Show the run that made it</button></p>;
}
