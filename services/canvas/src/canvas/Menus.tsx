/** The menus of the board: what fits a wire, a new node, what can be done with what is chosen. */
import { useCallback, useMemo } from "react";
import { create } from "zustand";
import { fitting } from "../graph/connect";
import { called } from "../graph/model";
import type { Point } from "../graph/model";
import { takers } from "../graph/takers";
import { useEditor } from "../store/editor";
import { Menu } from "../ui/Menu";
import { NodeMenu, useKindChoices } from "../ui/NodeMenu";
import type { Choice } from "../ui/NodeMenu";
import { AskedDialog } from "./AskedDialog";
import { ask } from "./asking";
import { boardItems, nodeItems } from "./items";
import { addKind } from "./commands";
import { closeOffer, join, take, useWiring } from "./wiring";
import type { Offer } from "./wiring";
import { middleOfScreen, reveal, toFlow } from "./view";

interface Open {
  /** On the screen; null: it is closed. */
  adding: Point | null;
  menu: Point | null;
}
export const useMenus = create<Open>(() => ({ adding: null, menu: null }));

export function openAdding(at: Point = middleOfScreen()): void {
  useMenus.setState({ adding: at });
}

export function Menus() {
  const { adding, menu } = useMenus();
  const offer = useWiring((state) => state.offer);
  return (
    <>
      {adding && <Adding screen={adding} />}
      {offer && <Wires offer={offer} />}
      <AskedDialog />
      {menu && <ChosenMenu at={menu} />}
    </>
  );
}

function Adding({ screen }: { screen: Point }) {
  const catalogue = useEditor((state) => state.catalogue);
  const types = useMemo(() => [...catalogue.values()].filter((kind) => kind.available).map((kind) => kind.name), [catalogue]);
  const act = useCallback((type: string) => addKind(type, toFlow(screen)), [screen]);
  const choices = useKindChoices(types, act);
  return <NodeMenu title="Add a node" at={screen} choices={choices} close={() => useMenus.setState({ adding: null })} />;
}

function Wires({ offer }: { offer: Offer }) {
  const drawing = useEditor((state) => state.drawing);
  const catalogue = useEditor((state) => state.catalogue);
  const offers = useMemo(() => (drawing ? fitting(offer.loose, drawing, catalogue) : []), [offer, drawing, catalogue]);
  const ports = useMemo(() => new Map(offers.map((one) => [one.type, one.port])), [offers]);
  const types = useMemo(() => [...ports.keys()], [ports]);
  const act = useCallback((type: string) => ask(type, (params) => reveal(take(offer, type, ports.get(type) ?? "", params))), [offer, ports]);
  const hint = useCallback((type: string) => `new, ${ports.get(type) ?? ""}`, [ports]);
  const fresh = useKindChoices(types, act, hint);
  const there = useMemo((): Choice[] => {
    if (!drawing || !offer.all) return [];
    return [...takers(offer.loose, drawing, catalogue)].flatMap(([id, names]) => {
      const node = drawing.nodes.get(id);
      return node ? names.map((port) => ({ key: `${id}.${port}`, name: called(node, catalogue), hint: port, act: () => join(offer.loose, id, port) })) : [];
    });
  }, [drawing, offer, catalogue]);
  return <NodeMenu title={offer.all ? "Connect to" : "Nodes that fit"} at={offer.screen} choices={[...there, ...fresh]} close={closeOffer} />;
}

function ChosenMenu({ at }: { at: Point }) {
  const chosen = useEditor((state) => state.selected.size);
  const close = () => useMenus.setState({ menu: null });
  return <Menu title={chosen ? "What is chosen" : "Canvas"} at={at} items={chosen ? nodeItems() : boardItems(at)} close={close} />;
}
