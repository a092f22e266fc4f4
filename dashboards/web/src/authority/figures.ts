// Settled rows added up: each figure with the share of the time that it was seen in. What was not seen is null, never 0.
import type { Schemas } from "../common/client";
import { stepOf, type Steps } from "./period";

export type Row = Schemas["TurnoverRow"];

export type Metric = "turnover" | "occupancy" | "full" | "stay" | "coverage";
export const METRICS: Metric[] = ["occupancy", "turnover", "full", "stay", "coverage"];

export type Figures = Record<Metric, number | null> & {
  visits: number | null;
  /** What share of bay-time visits and stays were seen in: that of zones whose bays speak for themselves. */
  coverageOfVisits: number | null;
  rows: number;
  /** Rows of zones that are only counted: they see no visits. */
  counted: number;
};

/** Bay-hours in service: as the row's own figures say it, else as many as the zone has bays. */
export function bayHours(row: Row, capacity: number): number {
  if (row.visits && row.turnover_per_bay_hour) return row.visits / row.turnover_per_bay_hour;
  return (capacity * (Date.parse(row.to) - Date.parse(row.from))) / 3_600_000;
}

/** All rows in one; `capacity` tells how many bays a zone has. */
export function sum(rows: Row[], capacity: (zone: string) => number): Figures {
  let [visits, stay, ended, hours, hoursSeen] = [0, 0, 0, 0, 0];
  let [all, known, occupied, full, judged, counted] = [0, 0, 0, 0, 0, 0];
  let [told, stays] = [false, false];
  for (const row of rows) {
    const own = bayHours(row, capacity(row.zone));
    const seen = own * (row.coverage ?? 0);
    all += own;
    known += seen;
    if (row.occupancy !== null) occupied += row.occupancy * seen;
    if (row.full_fraction !== null) {
      // A zone's time counts by the size of the zone.
      full += row.full_fraction * seen;
      judged += seen;
    }
    if (row.basis === "count") counted++;
    else if (row.visits !== null && (seen > 0 || row.visits > 0)) {
      // No visits where nobody looked are not none.
      // What is withheld from a reader without a key takes its hours with it.
      [told, visits] = [true, visits + row.visits];
      hours += own;
      hoursSeen += seen;
    }
    if (row.mean_stay_s !== null && row.visits_ended) {
      [stays, stay, ended] = [true, stay + row.mean_stay_s * row.visits_ended, ended + row.visits_ended];
    }
  }
  return {
    visits: told ? visits : null,
    turnover: told && hoursSeen > 0 ? visits / hours : null,
    occupancy: known > 0 ? occupied / known : null,
    full: judged > 0 ? full / judged : null,
    stay: stays && ended > 0 ? stay / ended : null,
    coverage: all > 0 ? known / all : null,
    coverageOfVisits: hours > 0 ? hoursSeen / hours : null,
    rows: rows.length,
    counted,
  };
}

/** Rows of floors and areas are of the same cars as those of their car park: left out where that has a row. */
export function whole(rows: Row[], partOf: (zone: string) => string | null): Row[] {
  const there = new Set(rows.map((r) => `${r.zone} ${r.from}`));
  return rows.filter((r) => {
    const of = partOf(r.zone);
    return of === null || !there.has(`${of} ${r.from}`);
  });
}

/** Rows, and the steps of their period. */
export type Timed = { rows: Row[]; steps: Steps };

/** The rows of which there is one in the same step of another period too, and those: what can be compared. */
export function paired(one: Timed, other: Timed): { now: Row[]; then: Row[]; times: number } {
  const key = (r: Row, of: Timed) => `${r.zone} ${stepOf(of.steps, Date.parse(r.from))}`;
  const sound = (r: Row) => r.complete && (r.coverage ?? 0) > 0;
  const then = new Map(other.rows.filter(sound).map((r) => [key(r, other), r]));
  const now = one.rows.filter((r) => sound(r) && then.has(key(r, one)));
  const found = now.map((r) => then.get(key(r, one))).filter((r) => r !== undefined);
  return { now, then: found, times: new Set(now.map((r) => r.from)).size };
}

/** By which key rows belong together. */
export function grouped<K>(rows: Row[], of: (row: Row) => K): Map<K, Row[]> {
  const groups = new Map<K, Row[]>();
  for (const row of rows) {
    const key = of(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

export type Point = { at: number; value: number | null; coverage: number | null };

/** Less than this is seen: then the rest would be a guess, and the line has a gap. */
export const LEAST_SEEN = 0.5;

/** One figure over time: a point for each step, null where too little was seen. */
export function series(rows: Row[], steps: Steps, metric: Metric, capacity: (zone: string) => number): Point[] {
  const groups = grouped(rows, (r) => stepOf(steps, Date.parse(r.from)));
  return steps.begins.map((at, n) => {
    const group = groups.get(n);
    const figures = group ? sum(group, capacity) : null;
    const coverage = figures?.coverage ?? null;
    const seen = metric === "coverage" || (coverage ?? 0) >= LEAST_SEEN;
    return { at, value: seen ? (figures?.[metric] ?? null) : null, coverage };
  });
}

/** Weekday (Monday 0) and hour of a time, by this device's clock. */
export function hourOfWeek(at: number): { day: number; hour: number } {
  const d = new Date(at);
  return { day: (d.getDay() + 6) % 7, hour: d.getHours() };
}

/** Seven days of 24 hours; null where nothing was seen. */
export function week(rows: Row[], metric: Metric, capacity: (zone: string) => number): (number | null)[][] {
  const cells = grouped(rows, (r) => {
    const { day, hour } = hourOfWeek(Date.parse(r.from));
    return day * 24 + hour;
  });
  const days = Array.from({ length: 7 }, (_, day) => day);
  return days.map((day) =>
    Array.from({ length: 24 }, (_, hour) => {
      const group = cells.get(day * 24 + hour);
      return group ? sum(group, capacity)[metric] : null;
    }),
  );
}

export type Ranked = { zone: string; figures: Figures; line: Point[] };

/** Orders zones by a figure; what is not known comes last, whichever way. */
export function ranked(all: Ranked[], by: Metric | "name", down: boolean, name: (zone: string) => string): Ranked[] {
  const byName = (a: Ranked, b: Ranked) => name(a.zone).localeCompare(name(b.zone), undefined, { numeric: true });
  if (by === "name") return [...all].sort((a, b) => byName(a, b) * (down ? -1 : 1));
  return [...all].sort((a, b) => {
    const [x, y] = [a.figures[by], b.figures[by]];
    if (x === null || y === null) return (x === null ? 1 : 0) - (y === null ? 1 : 0) || byName(a, b);
    return (down ? y - x : x - y) || byName(a, b);
  });
}
