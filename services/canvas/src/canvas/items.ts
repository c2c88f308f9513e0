/** What stands in the menus of the board. */
import { COLOURS } from "../graph/notes";
import type { Point } from "../graph/model";
import { regenerate, runNode } from "../runbar/commands";
import { useEditor } from "../store/editor";
import { useShell } from "../store/shell";
import { tried } from "../ui/failing";
import type { Item } from "../ui/Menu";
import { copyChosen, pasteHere } from "./clipboard";
import { addFrame, addNote, align, bypass, changePin, chosenNodes, distribute, duplicate, layOut, removeChosen, selectAll } from "./commands";
import { useMenus } from "./Menus";
import { fitAll, toFlow } from "./view";

export function nodeItems(): Item[] {
  const { selected, drawing, catalogue } = useEditor.getState();
  const nodes = chosenNodes();
  const [only] = nodes.length === 1 ? nodes : [];
  const pins = [...selected].filter((id) => !drawing?.nodes.has(id));
  const items: Item[] = [];
  if (only) {
    items.push({ name: "Run to here", act: () => tried(runNode(only.id)) });
    if (catalogue.get(only.type)?.generative) items.push({ name: "New variation", act: () => tried(regenerate(only.id)) });
    items.push({ name: "Rename", keys: "F2", first: true, act: () => useShell.getState().focusTitle() });
  }
  if (nodes.length)
    items.push(
      { name: nodes.every((one) => one.bypassed) ? "No longer bypass" : "Bypass", keys: "B", act: bypass },
      { name: "Copy", keys: "Ctrl+C", first: true, act: () => tried(copyChosen()) },
      { name: "Duplicate", keys: "Ctrl+D", act: duplicate },
      { name: "Frame around", keys: "Ctrl+G", act: addFrame },
    );
  if (selected.size > 1) items.push(...arranging());
  const [pin] = selected.size === 1 ? pins : [];
  if (pin) items.push(...COLOURS.map((colour) => ({ name: `Colour: ${colour}`, act: () => changePin(pin, { colour }) })));
  return [...items, { name: "Delete", keys: "Del", danger: true, first: items.length > 0, act: removeChosen }];
}

function arranging(): Item[] {
  return [
    { name: "Align left", first: true, act: () => align("left") },
    { name: "Align centre", act: () => align("centre") },
    { name: "Align right", act: () => align("right") },
    { name: "Align top", act: () => align("top") },
    { name: "Align middle", act: () => align("middle") },
    { name: "Align bottom", act: () => align("bottom") },
    { name: "Distribute across", act: () => distribute("x") },
    { name: "Distribute down", act: () => distribute("y") },
    { name: "Arrange these", act: () => tried(layOut()) },
  ];
}

export function boardItems(at: Point): Item[] {
  return [
    { name: "Add a node", keys: "/", act: () => useMenus.setState({ adding: at }) },
    { name: "Add a note", keys: "N", act: () => addNote(toFlow(at)) },
    { name: "Paste", keys: "Ctrl+V", act: () => tried(pasteHere(toFlow(at))) },
    { name: "Select all", keys: "Ctrl+A", first: true, act: selectAll },
    { name: "Arrange all", keys: "Ctrl+Shift+L", act: () => tried(layOut()) },
    { name: "Fit", keys: "F", act: fitAll },
  ];
}
