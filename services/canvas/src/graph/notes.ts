/** Notes and frames: what is read of them, and how they are sent. */
import type { Point } from "./model";

export const COLOURS = ["yellow", "green", "blue", "purple", "red", "grey"] as const;
export type Colour = (typeof COLOURS)[number];

/** A note, or a frame around nodes. The gateway keeps whatever else is in it. */
export interface Note {
  id: string;
  /** Of a frame: its title. */
  text: string;
  x: number;
  y: number;
  width: number;
  height: number;
  colour: Colour;
  rest: Readonly<Record<string, unknown>>;
}
export type Frame = Note;

const TEXTS = ["text", "title", "label"];
const OWN = new Set(["id", "x", "y", "width", "height", "colour", "position", ...TEXTS]);
/** Anything larger is no place on a canvas. */
const FAR = 1e6;

/** Whatever somebody has kept there, as something that can be drawn. */
export function noteOf(raw: Readonly<Record<string, unknown>>, id: string): Note {
  const inner = raw["position"];
  const place = isRecord(inner) ? inner : raw;
  const text = TEXTS.map((name) => raw[name]).find((value) => typeof value === "string" && value);
  return {
    id: typeof raw["id"] === "string" ? raw["id"] : id,
    text: typeof text === "string" ? text : "",
    x: number(place["x"], 0),
    y: number(place["y"], 0),
    width: Math.max(40, number(raw["width"], 240)),
    height: Math.max(40, number(raw["height"], 120)),
    colour: COLOURS.find((one) => one === raw["colour"]) ?? "yellow",
    rest: Object.fromEntries(Object.entries(raw).filter(([name]) => !OWN.has(name))),
  };
}

export function noteShape({ rest, ...note }: Note): Record<string, unknown> {
  return { ...rest, ...note };
}

export function frameShape({ rest, text, ...frame }: Frame): Record<string, unknown> {
  return { ...rest, ...frame, title: text };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function number(value: unknown, otherwise: number): number {
  return typeof value === "number" && Math.abs(value) <= FAR ? value : otherwise;
}

export interface Box extends Point {
  width: number;
  height: number;
}

/** Whether the middle of one lies within the other: so it belongs to a frame. */
export function within(frame: Box, box: Box): boolean {
  const x = box.x + box.width / 2;
  const y = box.y + box.height / 2;
  return x > frame.x && x < frame.x + frame.width && y > frame.y && y < frame.y + frame.height;
}

const AROUND = 30;
const TITLE = 34;

/** A frame around boxes, with room for its title. */
export function around(boxes: readonly Box[], id: string, colour: Colour = "blue"): Frame {
  const left = Math.min(...boxes.map((one) => one.x)) - AROUND;
  const top = Math.min(...boxes.map((one) => one.y)) - AROUND - TITLE;
  const right = Math.max(...boxes.map((one) => one.x + one.width)) + AROUND;
  const bottom = Math.max(...boxes.map((one) => one.y + one.height)) + AROUND;
  return { id, text: "Frame", x: left, y: top, width: right - left, height: bottom - top, colour, rest: {} };
}
