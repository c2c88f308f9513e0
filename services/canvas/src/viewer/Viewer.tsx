/** One result, large, with all that is known of it: over the board, or over the gallery. */
import { useEffect } from "react";
import type { KeyboardEvent } from "react";
import type { Asset } from "../io/assets";
import { LineageView } from "../lineage/LineageView";
import { useModal } from "../ui/Dialog";
import { isTyping } from "../ui/typing";
import { Actions } from "./Actions";
import { Facts, Prompt, UsedBy } from "./Facts";
import { Labels } from "./Labels";
import { Missing } from "./Missing";
import { closeViewer, useViewing } from "./openViewer";
import type { Thing } from "./openViewer";
import { Stage } from "./Stage";
import { maker, useDetail } from "./useDetail";
import { kindOf } from "./words";

export function Viewer() {
  const { thing, among } = useViewing();
  const show = (next: Thing) => useViewing.setState({ thing: next });
  const open = (id: string) => useViewing.setState({ thing: { type: "image", asset_id: id }, among: [] });
  return <Look thing={thing} id={thing?.asset_id ?? null} among={among} show={show} open={open} close={closeViewer} />;
}

interface Props {
  /** As far as it is known already. */
  thing: Thing | null;
  /** Of the asset that it is; null: it is none. */
  id: string | null;
  among: readonly Thing[];
  show: (thing: Thing) => void;
  open: (id: string) => void;
  close: () => void;
  /** Where it is to be placed, if no graph is open. */
  project?: string;
  /** It has another name, or other tags. */
  told?: (asset: Asset) => void;
  gone?: (id: string) => void;
}

export function Look({ thing, id, among, show, open, close, project, told, gone }: Props) {
  const dialog = useModal();
  const detail = useDetail(id);
  const shown: Thing | null = detail.asset ?? (thing && (thing.url || !id) ? thing : null);
  const here = among.findIndex((one) => one === thing || (id !== null && one.asset_id === id));
  const step = (by: number) => {
    const next = here < 0 ? undefined : among[here + by];
    if (next) show(next);
  };
  const name = detail.asset?.name ?? (shown ? kindOf(shown) : "Result");
  useTitle(name);
  return (
    <dialog ref={dialog} className="viewer" aria-label={name} onClose={(event) => event.currentTarget.open || close()} onKeyDown={(event) => turned(event, step)}>
      <div className="viewer-left">
        <header>
          {/* never `disabled`: a button that loses the focus takes the keyboard away from the dialog */}
          <button onClick={() => step(-1)} aria-disabled={here < 1} aria-label="Previous">‹</button>
          <button onClick={() => step(1)} aria-disabled={here < 0 || here >= among.length - 1} aria-label="Next">›</button>
          {here >= 0 && among.length > 1 && <small className="hint">{here + 1} of {among.length}</small>}
          <h2>{name}</h2>
          <button className="quiet" aria-label="Close" onClick={close}>×</button>
        </header>
        {detail.missing && id ? <Missing id={id} why={detail.missing} again={detail.again} /> : shown && <Stage key={shown.url ?? id} thing={shown} />}
        {!shown && !detail.missing && <p role="status" className="stage-broken">Loading …</p>}
      </div>
      {shown && !detail.missing && (
        <aside aria-label="What is known of it">
          <Actions thing={shown} asset={detail.asset} lineage={detail.lineage} project={project} close={close} gone={gone} />
          {detail.asset && <Labels key={detail.asset.id} asset={detail.asset} told={(asset) => { detail.tell(asset); told?.(asset); }} />}
          <Prompt asset={detail.asset} step={maker(detail.lineage)} />
          {detail.lineage && <section><h3>Lineage</h3><LineageView lineage={detail.lineage} open={open} /></section>}
          <Facts thing={shown} asset={detail.asset} step={maker(detail.lineage)} />
          {detail.uses && <section><h3>Used by</h3><UsedBy uses={detail.uses} /></section>}
        </aside>
      )}
    </dialog>
  );
}

/** The arrow keys go through its neighbours; no key reaches the page below. */
function turned(event: KeyboardEvent<HTMLElement>, step: (by: number) => void): void {
  event.stopPropagation();
  const target = event.target;
  if (!(target instanceof Element) || target.closest("dialog") !== event.currentTarget) return;
  if (isTyping(target) || target instanceof HTMLMediaElement || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "ArrowLeft") step(-1);
  else if (event.key === "ArrowRight") step(1);
}

function useTitle(name: string): void {
  useEffect(() => {
    const before = document.title;
    document.title = `${name} · Pixel Groove`;
    return () => {
      document.title = before;
    };
  }, [name]);
}
