// A driver's bookings: one wish is one booking, and times are by the city's clock.
import { expect, test } from "vitest";
import { instantOf, localText, moment } from "../src/common/format";
import { clockTold } from "../src/common/hubclock.svelte";
import { Once } from "../src/common/once";
import { together } from "../src/driver/words";

test("a lost answer is asked for again under the same name; another wish, or one after an answer, is another", () => {
  const once = new Once<{ at: number }>();
  let at = 0;
  const body = () => ({ at: at++ });
  const first = once.of(["B", 1], body);
  expect(once.of(["B", 1], body)).toEqual(first);
  const other = once.of(["B", 2], body);
  expect(other.once).not.toBe(first.once);
  once.answered();
  expect(once.of(["B", 2], body).once).not.toBe(other.once);
});

test("bookings of several answers are told once, by their start", () => {
  const r = (id: string, start: string) => ({ id, start }) as never;
  const both = together([
    [r("B", "2026-11-02T00:00:00Z")],
    [r("A", "2026-11-01T00:00:00Z"), r("B", "2026-11-02T00:00:00Z")],
  ]);
  expect(both.map((b) => b.id)).toEqual(["A", "B"]);
});

test("times are by the city's clock, wherever the device is", () => {
  const at = Date.parse("2026-11-30T11:35:00Z");
  expect(localText(at, "Asia/Singapore")).toBe("2026-11-30T19:35");
  expect(instantOf("2026-11-30T19:35", "Asia/Singapore")).toBe(at);
  expect(instantOf(localText(at))).toBe(at);
  expect(instantOf("", "Asia/Singapore")).toBeNaN();
  expect(localText(NaN, "Asia/Singapore")).toBe("");
  expect(moment(at, "en", "Asia/Singapore")).toContain("19:35");
  expect(moment(at, "en", "America/New_York")).toContain("06:35");
  expect(moment(at, "en", "No/Where")).toBe(moment(at, "en"));
  expect(clockTold("Asia/Singapore", "Asia/Singapore")).toBeNull();
  expect(clockTold("Asia/Singapore", "America/New_York")).toEqual({ city: true, clock: "Asia/Singapore" });
  expect(clockTold(null, "America/New_York")).toEqual({ city: false, clock: "America/New_York" });
});
