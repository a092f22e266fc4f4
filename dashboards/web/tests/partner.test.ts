import { expect, test } from "vitest";
import { axisEnd } from "../src/common/chart/scale";
import { runs } from "../src/common/chart/scale";
import {
  anHour,
  creditDays,
  exact,
  groups,
  hours,
  isQuiet,
  keyUse,
  quota,
  shareTaken,
  withKept,
  taken,
} from "../src/partner/health";
import type { Refused, Source, Usage } from "../src/partner/health";
import { example } from "../src/partner/refusals";

const HOUR = 3_600_000;
const NOON = Date.parse("2026-11-29T12:00:00Z");
const calls = { "2xx": 10, "3xx": 0, "4xx": 2, "429": 3, "5xx": 0, bytes: 100 };

function row(ago: number, of: Partial<Usage> = {}): Usage {
  return {
    ...{ partner: "acme", key: "1", name: "acme:a", calls: {}, streams_opened: 0, stream_seconds: 0, mqtt_messages: 0 },
    ...{ reports_accepted: 0, reports_late: 0, reports_shed: 0, reports_refused: {} },
    ...{ webhooks_delivered: 0, webhooks_failed: 0 },
    from: new Date(NOON - ago * HOUR).toISOString(),
    to: new Date(NOON - (ago - 1) * HOUR).toISOString(),
    ...of,
  };
}

function refused(id: number, of: Partial<Refused> = {}): Refused {
  return {
    ...{ id, at: new Date(NOON).toISOString(), detail: "d", door: "http", encoding: "utf8", index: null },
    ...{ partner: "acme", payload: "", reason: "unknown_bay" as const, source: "a", topic: "/v1/reports" },
    ...of,
  };
}

test("what was taken is a share of what came since then, and nothing is no share", () => {
  const rows = [
    row(20, { reports_accepted: 1_000 }),
    row(2, { reports_accepted: 987, reports_refused: { unknown_bay: 10, too_old: 3 }, reports_late: 4 }),
  ];
  const today = taken(rows, NOON - 12 * HOUR);
  expect(today).toEqual({ accepted: 987, refused: 13, late: 4, byReason: { unknown_bay: 10, too_old: 3 } });
  expect(exact(shareTaken(today) ?? 0, "en-GB")).toBe("98.7%");
  expect(shareTaken(taken([], 0))).toBeNull();
});

test("one that is missing is never rounded away, nor one that is there", () => {
  expect(exact(999_999 / 1_000_000, "en-GB")).toBe("99.9%");
  expect(exact(1, "en-GB")).toBe("100%");
  expect(exact(1 / 1_000_000, "en-GB")).toBe("0.1%");
  expect(exact(0, "en-GB")).toBe("0%");
});

test("refusals are grouped, the most first, by the larger of what is counted and what is kept", () => {
  const kept = [
    refused(3, { reason: "too_old" }),
    refused(2),
    refused(1, { payload: '{"bays":[]}' }),
    refused(0, { at: new Date(NOON - 48 * HOUR).toISOString() }),
  ];
  const all = groups(kept, { too_old: 7, malformed: 1 }, NOON - 12 * HOUR);
  expect(all.map((g) => [g.reason, g.today, g.newest?.id ?? null])).toEqual([
    ["too_old", 7, 3],
    ["unknown_bay", 2, 1],
    ["malformed", 1, null],
  ]);
});

test("a refusal that is seen and not counted yet is no refusal less", () => {
  const all = taken([row(1, { reports_accepted: 10, reports_refused: { too_old: 2 } })], 0);
  const kept = [refused(1), refused(2), refused(3, { reason: "too_old" })];
  expect(withKept(all, kept, 0).refused).toBe(4);
  expect(withKept(all, [], 0).refused).toBe(2);
});

test("of a list the example is the one item that was refused, and all of what cannot be taken apart", () => {
  expect(example('{"bays":[{"bay":"A"},{"bay":"B"}]}', 1)).toBe('{"bay":"B"}');
  expect(example('{"bays":[{"bay":"A"},{"b', 1)).toBe('{"bays":[{"bay":"A"},{"b');
  expect(example('{"bay":"A"}', null)).toBe('{"bay":"A"}');
});

test("hours come all, those without a row empty, and calls that were turned away apart", () => {
  const all = hours([row(1, { calls: { read: calls, write: calls }, reports_refused: { too_old: 2 } })], NOON, 24);
  expect(all).toHaveLength(24);
  expect(all.at(-2)).toMatchObject({ calls: 24, throttled: 6, refused: 2 });
  expect(all.at(-1)).toMatchObject({ calls: 0, accepted: 0 });
  // Older than what is shown.
  expect(hours([row(30, { reports_accepted: 5 })], NOON, 24).every((h) => h.accepted === 0)).toBe(true);
});

test("a key's busiest hour is of one class, since quotas are", () => {
  const [use] = keyUse([row(2, { calls: { read: calls } }), row(1, { calls: { write: { ...calls, "2xx": 50 } } })]);
  expect(use).toMatchObject({ calls: 64, throttled: 6, busiest: 52, class: "write" });
});

test("a quota is read as the header has it", () => {
  const told = quota('"read";q=1200;w=60');
  expect(told).toEqual({ class: "read", calls: 1200, seconds: 60 });
  expect(told && anHour(told)).toBe(72_000);
  expect(quota(null)).toBeNull();
  expect(quota("nonsense")).toBeNull();
});

test("an app that says nothing is not silent, a gate is", () => {
  const source = (kind: Source["kind"], health: Source["health"]) => ({ kind, health }) as Source;
  expect(isQuiet(source("app", "silent"))).toBe(false);
  expect(isQuiet(source("gate", "silent"))).toBe(true);
  expect(isQuiet(source("sensor", "unheard"))).toBe(true);
  expect(isQuiet(source("sensor", "suspect"))).toBe(false);
});

test("a day that is not settled is not a day of zero, and no line runs through it", () => {
  const day = { day: "2026-11-27", credit: 12 } as Parameters<typeof creditDays>[0][number];
  const days = creditDays([day, { ...day, day: "2026-11-25", credit: 0 }], NOON);
  expect(days).toHaveLength(28);
  expect(days.slice(-5).map((d) => d.credit)).toEqual([null, 0, null, 12, null]);
  expect(runs(days.map((d) => ({ value: d.credit }))).map((run) => run.length)).toEqual([1, 1]);
});

test("axes end at round numbers", () => {
  expect([0, 3, 41, 5_300, 250_000].map(axisEnd)).toEqual([1, 3, 50, 6_000, 300_000]);
});
