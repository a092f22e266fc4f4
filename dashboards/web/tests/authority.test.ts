import { expect, test } from "vitest";
import { read, write } from "../src/authority/address";
import { paired, ranked, series, sum, week, whole, type Row } from "../src/authority/figures";
import { meaningOf } from "../src/authority/hour";
import {
  before,
  beginning,
  dateOf,
  dayClock,
  periodOf,
  starts,
  stepOf,
  stepsOf,
  turnoverPath,
  type Period,
} from "../src/authority/period";
import { trouble, worst, type Source } from "../src/authority/sources";
import { until, when } from "../src/authority/words";
import { nextOf } from "../src/common/csv";

const HOUR = 3_600_000;
const START = Date.parse("2026-11-23T00:00:00.000Z");
const row = (more: Partial<Row>, hour = 0): Row =>
  ({
    zone: "A",
    from: new Date(START + hour * HOUR).toISOString(),
    to: new Date(START + (hour + 1) * HOUR).toISOString(),
    complete: true,
    suppressed: false,
    visits: 10,
    visits_ended: 8,
    short_stays: 0,
    censored_stays: 0,
    turnover_per_bay_hour: 0.5,
    cds_turnover: 10,
    mean_stay_s: 600,
    median_stay_s: 500,
    p85_stay_s: 900,
    occupancy: 0.5,
    full_fraction: 0,
    above_85_fraction: 0,
    coverage: 1,
    basis: "bays",
    ...more,
  }) as Row;
const twenty = () => 20;
const SG = "Asia/Singapore";
const hours = (from: number, to: number): Period => ({
  ...{ from: START + from * HOUR, to: START + to * HOUR },
  ...{ step: "1h", clock: "UTC" },
});

test("figures of many zones are those of all their bays together", () => {
  const all = sum(
    [row({}), row({ zone: "B", visits: 90, turnover_per_bay_hour: 0.9, occupancy: 1, visits_ended: 2 })],
    twenty,
  );
  // 100 visits in 20 and 100 bay-hours.
  expect(all.turnover).toBeCloseTo(100 / 120);
  expect(all.occupancy).toBeCloseTo((0.5 * 20 + 100) / 120);
  expect(all.stay).toBe(600);
  expect(all.visits).toBe(100);
});

test("what was not seen is null and never 0, and weighs nothing", () => {
  const none = { visits: null, visits_ended: null, turnover_per_bay_hour: null, mean_stay_s: null, occupancy: null };
  const dark = row({ ...none, full_fraction: null, coverage: 0, basis: "count" });
  expect(sum([dark], twenty)).toMatchObject({ turnover: null, occupancy: null, full: null, stay: null, coverage: 0 });
  expect(sum([], twenty)).toMatchObject({ turnover: null, occupancy: null, coverage: null, visits: null });
  expect(sum([dark, row({})], twenty)).toMatchObject({ occupancy: 0.5, coverage: 0.5, visits: 10, counted: 1 });
  expect(sum([row({ visits: 0, turnover_per_bay_hour: 0 })], twenty).turnover).toBe(0);
});

test("no visits where nobody looked are not none", () => {
  const blind = row({ visits: 0, visits_ended: 0, turnover_per_bay_hour: 0, mean_stay_s: null, coverage: 0 });
  expect(sum([blind], twenty)).toMatchObject({ visits: null, turnover: null, stay: null });
});

test("what a reader is not told takes its hours with it", () => {
  const withheld = row({ visits: null, turnover_per_bay_hour: null, suppressed: true });
  expect(sum([withheld, row({})], twenty).turnover).toBeCloseTo(0.5);
});

test("a line has a gap where a row is missing or too little was seen", () => {
  const rows = [row({}), row({ coverage: 0.4 }, 1), row({}, 3)];
  const line = series(rows, stepsOf(hours(0, 5)), "occupancy", twenty);
  expect(line.map((p) => p.value)).toEqual([0.5, null, null, 0.5, null]);
  expect(line[1]?.coverage).toBeCloseTo(0.4);
});

test("last week is compared where both weeks are known", () => {
  const now = [row({}, 168), row({}, 169), row({}, 170)];
  const pair = paired(
    { rows: now, steps: stepsOf(hours(168, 171)) },
    { rows: [row({}, 0), row({ complete: false }, 1)], steps: stepsOf(hours(0, 3)) },
  );
  expect([pair.now.length, pair.then.length, pair.times]).toEqual([1, 1, 1]);
});

test("floors are left out where their car park is told of", () => {
  const rows = [row({}), row({ zone: "A-1" }), row({ zone: "A-1" }, 1)];
  const part = (zone: string) => (zone === "A-1" ? "A" : null);
  expect(whole(rows, part).map((r) => `${r.zone} ${r.from.slice(11, 13)}`)).toEqual(["A 00", "A-1 01"]);
});

test("a week has seven days of 24 hours, and hours that nobody saw are none", () => {
  const cells = week([row({})], "occupancy", twenty);
  expect(cells).toHaveLength(7);
  expect(cells.flat().filter((v) => v !== null)).toEqual([0.5]);
});

test("zones without a figure come last, whichever way", () => {
  const all = ["B10", "B2", "C"].map((zone, n) => ({
    zone,
    figures: sum(n === 2 ? [] : [row({ occupancy: n / 10 })], twenty),
    line: [],
  }));
  const names = (down: boolean) => ranked(all, "occupancy", down, (z) => z).map((r) => r.zone);
  expect(names(true)).toEqual(["B2", "B10", "C"]);
  expect(names(false)).toEqual(["B10", "B2", "C"]);
  expect(ranked(all, "name", false, (z) => z).map((r) => r.zone)).toEqual(["B2", "B10", "C"]);
});

test("an hour that was hardly seen is never shown as room", () => {
  expect(meaningOf(row({ occupancy: 0.2 }))).toBe("room");
  expect(meaningOf(row({ occupancy: 0.2, coverage: 0.3 }))).toBe("unknown");
  expect(meaningOf(row({ occupancy: null }))).toBe("unknown");
  expect(meaningOf(row({ occupancy: 0.9 }))).toBe("filling");
  expect(meaningOf(row({ occupancy: 0.95, full_fraction: 0.6 }))).toBe("full");
});

test("the address says what is shown, and what is typed into it does no harm", () => {
  const query = "?zones=A,B&span=own&from=2026-11-01&to=2026-11-07&show=stay&compare=own&with=2026-10-01";
  expect(write(read(query))).toBe(query);
  const bad = read("?zones=<b>,A%20B&span=9y&show=x&compare=y&from=1&to=2");
  expect(bad).toMatchObject({ zones: [], span: "7d", metric: "occupancy", compare: "week", from: "", to: "" });
  expect(read("?span=own&from=2026-11-07&to=2026-11-01").span).toBe("7d");
});

test("sources come in the order of what is wrong", () => {
  const source = (name: string, more: Partial<Source>) =>
    ({
      source: name,
      kind: "sensor",
      refused: {},
      accepted: 100,
      lag_s: 0,
      health: "good",
      suspect_total: 0,
      ...more,
    }) as Source;
  const all = [
    source("fine", {}),
    source("quiet", { health: "silent" }),
    source("phone", { health: "silent", kind: "app" }),
    source("unused", { health: "unheard", kind: "app" }),
    source("late", { lag_s: 400 }),
    source("bad", { refused: { unknown_bay: 50 } }),
    source("stuck", { suspect_total: 1 }),
  ];
  expect(worst(all).map((s) => s.source.source)).toEqual(["stuck", "bad", "late", "quiet", "fine", "phone", "unused"]);
  expect(trouble(source("few", { refused: { too_old: 1 }, accepted: 100_000 }))).toBe("good");
});

test("a table's next page is where Link says", () => {
  expect(nextOf('</v1/turnover?limit=2&cursor=A>; rel="next"')).toBe("/v1/turnover?limit=2&cursor=A");
  expect(nextOf(null)).toBeNull();
  expect(nextOf('</x>; rel="prev"')).toBeNull();
});

const utc = (text: string) => Date.parse(text);
const SETTLED = utc("2026-11-30T11:55:00Z");
const params = (p: Period) => Object.fromEntries(new URLSearchParams(turnoverPath(p, ["A", "B"], 7).split("?")[1]));

test("days are those of the clock that is named, and the hub is asked for just those", () => {
  const own = { from: "2026-09-01", to: "2026-11-30" };
  const days = periodOf(own, SETTLED, SG, true, 100);
  expect(days).toEqual({ from: utc("2026-08-31T16:00Z"), to: utc("2026-11-29T16:00Z"), step: "1d", clock: SG });
  expect(params(days)).toEqual({
    ...{ interval: "1d", zone: "A,B", from: "2026-08-31T16:00:00.000Z", to: "2026-11-29T16:00:00.000Z" },
    ...{ tz: SG, limit: "7" },
  });
  // Half an hour off: hours are what is kept, so days are UTC's, are asked for as such and are told as such.
  const india = periodOf({ from: "2026-11-01", to: "2026-11-02" }, SETTLED, "Asia/Kolkata", true, 1);
  expect(india).toEqual({ from: utc("2026-11-01T00:00Z"), to: utc("2026-11-03T00:00Z"), step: "1d", clock: "UTC" });
  expect(params(india).tz).toBe("UTC");
  // Without a key there are UTC's alone; a date is that one, wherever it is chosen.
  const open = periodOf({ from: "2026-11-01", to: "2026-11-02" }, SETTLED, SG, false, 1e9);
  expect(open).toEqual({ ...india, clock: "UTC" });
  // By hours nothing is said of days.
  const week = periodOf({ ms: 168 * HOUR }, SETTLED, SG, true, 168);
  expect(week).toEqual({ from: utc("2026-11-23T11:00Z"), to: utc("2026-11-30T11:00Z"), step: "1h", clock: SG });
  expect(params(week).tz).toBeUndefined();
  const half = periodOf({ from: "2026-11-01", to: "2026-11-01" }, SETTLED, "Asia/Kolkata", true, 100);
  expect([half.from, half.to]).toEqual([utc("2026-10-31T19:00Z"), utc("2026-11-01T19:00Z")]);
  expect(dayClock(true, "Australia/Lord_Howe", utc("2026-01-01T00:00Z"), utc("2026-02-01T00:00Z"))).toBe(
    "Australia/Lord_Howe",
  );
  expect(dayClock(true, "Australia/Lord_Howe", utc("2026-03-01T00:00Z"), utc("2026-05-01T00:00Z"))).toBe("UTC");
  expect(dateOf(utc("2026-11-29T16:00Z"), SG, 1)).toBe("2026-11-29");
});

test("the last day of a period is the last that is in it", () => {
  const days = { step: "1d", clock: SG } as const;
  expect(when(utc("2026-08-31T16:00Z"), days)).toMatch(/1 Sept/);
  expect(until(utc("2026-11-29T16:00Z"), days)).toMatch(/29 Nov/);
  expect(until(utc("2026-11-29T16:00Z"), { step: "1h", clock: SG })).toMatch(/30 Nov.*00:00/);
});

test("days of a clock that is turned are each in their place, and meet those of a week before", () => {
  // Berlin's 25 October has 25 hours.
  const fall = periodOf({ from: "2026-10-24", to: "2026-10-27" }, SETTLED, "Europe/Berlin", true, 1);
  const begins = starts(fall);
  expect(begins.map((at) => dateOf(at, "Europe/Berlin"))).toEqual([
    "2026-10-24",
    "2026-10-25",
    "2026-10-26",
    "2026-10-27",
  ]);
  const steps = stepsOf(fall);
  expect(begins.map((at) => stepOf(steps, at))).toEqual([0, 1, 2, 3]);
  expect(stepOf(steps, fall.from - 24 * HOUR)).toBe(-1);
  const week = before(fall, 7);
  expect(starts(week).map((at) => dateOf(at, "Europe/Berlin"))).toEqual([
    "2026-10-17",
    "2026-10-18",
    "2026-10-19",
    "2026-10-20",
  ]);
  const rowsOf = (p: Period) => starts(p).map((at) => row({ from: new Date(at).toISOString() }));
  const pair = paired({ rows: rowsOf(fall), steps }, { rows: rowsOf(week), steps: stepsOf(week) });
  expect([pair.times, pair.then.length]).toEqual([4, 4]);
  expect(series(rowsOf(fall), steps, "occupancy", twenty).map((p) => p.value)).toEqual([0.5, 0.5, 0.5, 0.5]);
  expect(starts(beginning(fall, "2026-03-28")).length).toBe(4);
  // 29 March has 23.
  const spring = beginning(fall, "2026-03-28");
  expect(starts(spring).map((at) => stepOf(stepsOf(spring), at))).toEqual([0, 1, 2, 3]);
});
