import type { KeyboardEvent, ReactNode } from "react";
import type { Point } from "../graph/model";
import { useModal } from "./Dialog";

export interface Item {
  name: string;
  /** Keys that do the same. */
  keys?: string | undefined;
  hint?: string;
  disabled?: boolean;
  danger?: boolean;
  /** The first of a group. */
  first?: boolean;
  act: () => void;
}

interface Props {
  title: string;
  /** Of its upper left corner, on the screen. */
  at: Point;
  items: readonly Item[];
  close: () => void;
}

/** What can be done with something, where it was pointed at. */
export function Menu({ title, at, items, close }: Props) {
  return (
    <Popup title={title} at={at} close={close}>
      <div className="menu" role="menu" aria-label={title} onKeyDown={wander}>
        {items.map((item) => (
          <button
            key={item.name}
            role="menuitem"
            className={[item.danger ? "danger" : "", item.first ? "first" : ""].join(" ")}
            disabled={item.disabled}
            title={item.hint}
            onClick={() => {
              close();
              item.act();
            }}
          >
            <span>{item.name}</span>
            {item.keys && <kbd>{item.keys}</kbd>}
          </button>
        ))}
      </div>
    </Popup>
  );
}

const ROOM = { x: 290, y: 380 };

/** A small dialog at a place, closed by a click beside it. */
export function Popup({ title, at, close, children }: { title: string; at: Point; close: () => void; children: ReactNode }) {
  const dialog = useModal();
  const left = Math.max(8, Math.min(at.x, window.innerWidth - ROOM.x));
  const top = Math.max(8, Math.min(at.y, window.innerHeight - ROOM.y));
  return (
    <dialog
      ref={dialog}
      className="popup"
      aria-label={title}
      style={{ left, top }}
      onClose={(event) => event.currentTarget.open || close() /* it may have been opened again meanwhile */}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget && outside(event.currentTarget, event.clientX, event.clientY)) close();
      }}
    >
      {children}
    </dialog>
  );
}

function outside(dialog: HTMLElement, x: number, y: number): boolean {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return x < left || x > right || y < top || y > bottom;
}

/** Up and down, round and round; Home and End. */
function wander(event: KeyboardEvent<HTMLElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("button:not(:disabled)")];
  const here = items.findIndex((one) => one === document.activeElement);
  const to = { ArrowDown: here + 1, ArrowUp: here - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  items[to % items.length]?.focus();
}
