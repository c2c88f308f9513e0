import { describe, expect, it } from "vitest";
import { mimeOf, pieces } from "../io/uploads";
import { beside, nodeFor } from "./asNode";
import { instead, playing, size, when } from "./words";
import { FIT, moved, zoomed } from "./zoom";

describe("enlarging", () => {
  it("leaves what is pointed at where it is", () => {
    const at = 0.25;
    const { scale, x } = zoomed(FIT, 4, at, 0);
    expect((at - x) / scale).toBeCloseTo(at);
  });

  it("never shows less than the picture, nor moves its edge inside", () => {
    expect(zoomed({ scale: 2, x: 0.5, y: -0.5 }, 0.1)).toEqual(FIT);
    expect(moved({ scale: 3, x: 0, y: 0 }, 5, -5)).toEqual({ scale: 3, x: 1, y: -1 });
    expect(zoomed(FIT, 1e9).scale).toBe(16);
  });
});

describe("words", () => {
  it("are short and right at the borders", () => {
    expect([size(999), size(1000), size(1_619_149), size(999_999), size(2e9)]).toEqual(["999 bytes", "1 kB", "1.62 MB", "1 MB", "2 GB"]);
    expect([playing(0), playing(59.6), playing(3599)]).toEqual(["0:00", "1:00", "59:59"]);
  });

  it("do not fear a clock that is ahead, nor a time that is none", () => {
    expect(when("2026-01-01T00:00:10Z", Date.parse("2026-01-01T00:00:00Z"))).toBe("just now");
    expect(when("2026-01-01T00:00:00Z", Date.parse("2026-01-01T00:05:30Z"))).toBe("5 min ago");
    expect(when("soon", 0)).toBe("soon");
  });

  it("stand in for a picture: what it was made from, else what it is", () => {
    expect(instead({ type: "image", width: 4, height: 3 })).toBe("Image, 4 × 3");
    expect(instead({ type: "image" }, "a\n fox <b>")).toBe("a fox <b>");
  });
});

describe("a result as a node", () => {
  it("is of the type that holds it", () => {
    expect(nodeFor({ type: "video", asset_id: "v" })).toEqual({ type: "asset", params: { asset_id: "v" } });
    expect(nodeFor({ type: "text", text: "t" })).toEqual({ type: "text", params: { text: "t" } });
    expect(nodeFor({ type: "character", character_id: "c" })).toEqual({ type: "character", params: { character_id: "c" } });
    expect(nodeFor({ type: "storyboard" })).toBeNull();
  });

  it("stands beside the others", () => {
    expect(beside([])).toEqual({ x: 0, y: 0 });
    expect(beside([{ position: { x: 10, y: 90 } }, { position: { x: -5, y: 20 } }])).toEqual({ x: 310, y: 20 });
  });
});

describe("uploads", () => {
  it("call a file what the gateway calls it", () => {
    expect(mimeOf({ name: "a.WAV", type: "audio/x-wav" })).toBe("audio/wav");
    expect(mimeOf({ name: "a.FLAC", type: "" })).toBe("audio/flac");
    expect(mimeOf({ name: "a", type: "" })).toBe("application/octet-stream");
  });

  it("are cut where the parts say", async () => {
    const part = (number: number, bytes: number) => ({ number, bytes, url: `u${number}`, headers: {} });
    const cut = pieces(new Blob(["abcde"]), { url: null, headers: {}, parts: [part(1, 3), part(2, 2)] });
    expect(await Promise.all(cut.map((one) => one.body.text()))).toEqual(["abc", "de"]);
  });
});
