/** How somebody likes the canvas. Kept in this browser. */
import { create } from "zustand";
import { store } from "./unsent";

interface Preferences {
  snap: boolean;
  map: boolean;
  /** Node types. */
  favourites: readonly string[];
  /** Node types that were put on a canvas last, newest first. */
  recent: readonly string[];
}

const PLACE = "groove.preferences";
const MOST_RECENT = 6;
const FIRST: Preferences = { snap: true, map: true, favourites: [], recent: [] };

export const usePreferences = create<Preferences>(() => ({ ...FIRST, ...read(localStorage.getItem(PLACE)) }));

export function prefer(change: Partial<Preferences>): void {
  usePreferences.setState(change);
  store(localStorage, PLACE, JSON.stringify(usePreferences.getState()));
}

export function used(type: string): void {
  const { recent } = usePreferences.getState();
  prefer({ recent: [type, ...recent.filter((one) => one !== type)].slice(0, MOST_RECENT) });
}

export function favour(type: string): void {
  const { favourites } = usePreferences.getState();
  prefer({ favourites: favourites.includes(type) ? favourites.filter((one) => one !== type) : [...favourites, type] });
}

function read(text: string | null): Partial<Preferences> {
  try {
    const raw: unknown = JSON.parse(text ?? "null");
    return typeof raw === "object" && raw !== null ? sound(raw) : {};
  } catch {
    return {};
  }
}

function sound(raw: object): Partial<Preferences> {
  const found: { -readonly [K in keyof Preferences]?: Preferences[K] } = {};
  const words = (value: unknown): value is string[] => Array.isArray(value) && value.every((one) => typeof one === "string");
  if ("snap" in raw && typeof raw.snap === "boolean") found.snap = raw.snap;
  if ("map" in raw && typeof raw.map === "boolean") found.map = raw.map;
  if ("favourites" in raw && words(raw.favourites)) found.favourites = raw.favourites;
  if ("recent" in raw && words(raw.recent)) found.recent = raw.recent;
  return found;
}
