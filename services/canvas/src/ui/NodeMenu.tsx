import { useId, useMemo, useRef, useState } from "react";
import type { KeyboardEvent } from "react";
import type { Catalogue, Point } from "../graph/model";
import { useEditor } from "../store/editor";
import { usePreferences } from "../store/preferences";
import { Popup } from "./Menu";

export interface Choice {
  key: string;
  name: string;
  hint: string;
  act: () => void;
}
interface Props {
  title: string;
  at: Point;
  choices: readonly Choice[];
  close: () => void;
}

/** A list that is searched by typing. */
export function NodeMenu({ title, at, choices, close }: Props) {
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState(0);
  const list = useId();
  const box = useRef<HTMLDivElement>(null);
  const found = useMemo(() => sifted(choices, words), [choices, words]);
  const take = (choice: Choice | undefined) => {
    if (!choice) return;
    close();
    choice.act();
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length) {
      event.preventDefault();
      const next = (chosen + step + found.length) % found.length;
      setChosen(next);
      box.current?.children[next]?.scrollIntoView({ block: "nearest" });
    }
    if (event.key === "Enter") take(found[chosen]);
  };
  return (
    <Popup title={title} at={at} close={close}>
      <input
        autoFocus
        className="menu-search"
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={found[chosen] && `${list}-${chosen}`}
        aria-label={title}
        placeholder={title}
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
          setChosen(0);
        }}
        onKeyDown={press}
      />
      <div className="menu" role="listbox" id={list} aria-label={title} ref={box}>
        {found.map((choice, index) => (
          <div key={choice.key} id={`${list}-${index}`} role="option" aria-selected={index === chosen} onPointerMove={() => setChosen(index)} onClick={() => take(choice)}>
            <span>{choice.name}</span>
            <small>{choice.hint}</small>
          </div>
        ))}
      </div>
      {!found.length && <p className="hint">{words ? `Nothing here is called “${words}”.` : "Nothing fits here."}</p>}
    </Popup>
  );
}

export function sifted(choices: readonly Choice[], words: string): readonly Choice[] {
  const parts = words.toLowerCase().split(/\s+/).filter(Boolean);
  return choices.filter(({ name, hint, key }) => parts.every((part) => `${name} ${hint} ${key}`.toLowerCase().includes(part)));
}

/** The node types of these names; the liked and the lately used come first. */
export function useKindChoices(types: readonly string[], act: (type: string) => void, hint?: (type: string) => string): readonly Choice[] {
  const catalogue = useEditor((state) => state.catalogue);
  const favourites = usePreferences((state) => state.favourites);
  const recent = usePreferences((state) => state.recent);
  return useMemo(() => {
    const rank = (type: string) => (favourites.includes(type) ? 0 : recent.includes(type) ? 1 : 2);
    return types.toSorted((a, b) => rank(a) - rank(b)).map((type) => choiceOf(type, catalogue, () => act(type), hint?.(type)));
  }, [types, favourites, recent, catalogue, act, hint]);
}

function choiceOf(type: string, catalogue: Catalogue, act: () => void, hint?: string): Choice {
  const kind = catalogue.get(type);
  return { key: type, name: kind?.title ?? type, hint: hint ?? kind?.category ?? "", act };
}
