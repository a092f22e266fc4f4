import { expect, test } from "vitest";
import { far, money, percent, span } from "../src/common/format";

test("money has its currency's own digits and sign", () => {
  expect(money(120, "SGD", "en")).toMatch(/^\$1\.20$/);
  expect(money(500, "JPY", "en")).toBe("¥500");
  expect(money(1234, "KWD", "en")).toContain("1.234");
  expect(money(60, "CNY", "zh")).toBe("¥0.60");
  // What is no currency is told as it is.
  expect(money(120, "??", "en")).toBe("1.20 ??");
});

test("an age is told in one unit and never runs backwards", () => {
  expect(span(8_400, "en")).toBe("8 s");
  expect(span(40 * 60_000, "en")).toBe("40 min");
  expect(span(5 * 3_600_000, "zh")).toBe("5 小时");
  expect(span(3 * 86_400_000, "en")).toBe("3 d");
  expect(span(-86_400_000, "en")).toBe("0 s");
});

test("nothing is ever told to be certain", () => {
  expect(percent(1, "en")).toBe("99%");
  expect(percent(0, "en")).toBe("1%");
  expect(percent(0.814, "zh")).toBe("81%");
});

test("distances are as exact as they are worth", () => {
  expect(far(3, "en")).toBe("10 m");
  expect(far(254.9, "en")).toBe("250 m");
  expect(far(4_321, "zh")).toBe("4.3 公里");
});
