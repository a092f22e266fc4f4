import { expect, test } from "vitest";
import { read, write } from "../src/authority/address";
import { paired, ranked, series, sum, week, whole, WEEK_MS, type Row } from "../src/authority/figures";
import { meaningOf } from "../src/authority/hour";
import { trouble, worst, type Source } from "../src/authority/sources";
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
  const line = series(rows, { from: START, to: START + 5 * HOUR, step: HOUR }, "occupancy", twenty);
  expect(line.map((p) => p.value)).toEqual([0.5, null, null, 0.5, null]);
  expect(line[1]?.coverage).toBeCloseTo(0.4);
});

test("last week is compared where both weeks are known", () => {
  const now = [row({}, 168), row({}, 169), row({}, 170)];
  const pair = paired(now, [row({}, 0), row({ complete: false }, 1)], WEEK_MS);
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
