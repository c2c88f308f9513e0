import { describe, expect, it } from "vitest";
import { address, parsed } from "./route";

describe("a route", () => {
  it.each(["#/", "#/p/default", "#/p/default/gallery", "#/p/default/gallery/a1", "#/g/g1", "#/g/g1/r/r1", "#/diff/a/b"])(
    "%s is read and written the same",
    (hash) => {
      expect(address(parsed(hash))).toBe(hash);
    },
  );

  it.each(["", "#", "#/nowhere", "#/g", "#/g/<script>", "#/p/a b", "#/diff/a"])("%s leads home", (hash) => {
    expect(parsed(hash)).toEqual({ page: "home", project: null });
  });
});
