import { useEffect, useRef } from "react";
import type { Point } from "../graph/model";
import { useEditor } from "../store/editor";

interface Props {
  at: Point;
  offers: readonly { type: string; port: string }[];
  take: (type: string, port: string) => void;
  close: () => void;
}

/** The node types that fit the wire that was let go. */
export function FitMenu({ at, offers, take, close }: Props) {
  const catalogue = useEditor((state) => state.catalogue);
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    first.current?.focus();
  }, []);
  return (
    <div className="veil" onPointerDown={close} role="presentation">
      <div
        className="menu"
        role="menu"
        aria-label="Nodes that fit"
        style={{ left: Math.min(at.x, window.innerWidth - 260), top: Math.min(at.y, window.innerHeight - 320) }}
        onPointerDown={(event) => {
          event.stopPropagation();
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") close();
          const here = event.currentTarget.querySelectorAll("button");
          const index = [...here].findIndex((one) => one === document.activeElement);
          const next = event.key === "ArrowDown" ? index + 1 : event.key === "ArrowUp" ? index - 1 : null;
          if (next !== null) here[(next + here.length) % here.length]?.focus();
        }}
      >
        {offers.length === 0 && <p>Nothing fits here.</p>}
        {offers.map((offer, index) => (
          <button
            key={offer.type}
            ref={index === 0 ? first : null}
            role="menuitem"
            onClick={() => {
              take(offer.type, offer.port);
            }}
          >
            <b>{catalogue.get(offer.type)?.title}</b>
            <small>{offer.port}</small>
          </button>
        ))}
      </div>
    </div>
  );
}
