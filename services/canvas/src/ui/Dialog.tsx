import { useEffect, useId, useRef } from "react";
import type { ReactNode, RefObject } from "react";

interface Props {
  title: string;
  close: () => void;
  children: ReactNode;
  /** Put beside the others in the last line. */
  actions?: ReactNode;
  wide?: boolean;
}

/** Something that is asked or shown before all else. It keeps the focus, and gives it back where it was. */
export function Dialog({ title, close, children, actions, wide = false }: Props) {
  const dialog = useModal();
  const heading = useId();
  return (
    <dialog
      ref={dialog}
      className={wide ? "dialog dialog-wide" : "dialog"}
      aria-labelledby={heading}
      onClose={(event) => event.currentTarget.open || close() /* it may have been opened again meanwhile */}
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) close();
      }}
    >
      <div className="dialog-body">
        <header>
          <h2 id={heading}>{title}</h2>
          <button className="quiet" aria-label="Close" onClick={close}>×</button>
        </header>
        {children}
        {actions && <footer>{actions}</footer>}
      </div>
    </dialog>
  );
}

/** A `<dialog>` that is modal as long as it is in the page. */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const here = dialog.current;
    const before = document.activeElement;
    if (here && !here.open) here.showModal();
    return () => {
      here?.close();
      if (before instanceof HTMLElement || before instanceof SVGElement) before.focus();
    };
  }, []);
  return dialog;
}
