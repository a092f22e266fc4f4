// Periods that figures are of: by which clock their days are, where each step begins, and what is asked of the hub for
// them. The page and its CSV ask by the same words. Pure.
import { to } from "../common/client";
import { instant, wall } from "../common/zoned";

export type Step = "5m" | "1h" | "1d";
export const STEP_MS: Record<Step, number> = { "5m": 300_000, "1h": 3_600_000, "1d": 86_400_000 };

/** From, and up to but not with; `clock`: the place by whose clock it is told, and by whose days where it is by days. */
export type Period = { from: number; to: number; step: Step; clock: string };

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

const floor = (at: number, step: number): number => Math.floor(at / step) * step;
const ceil = (at: number, step: number): number => Math.ceil(at / step) * step;

/** The midnight with which a day begins, some days on. */
export function midnight(at: number, clock: string, days = 0): number {
  const w = wall(at, clock);
  return instant(w.year, w.month, w.date + days, 0, clock);
}

/** The same of a date that was chosen. */
export function dayBegins(date: string, clock: string, days = 0): number {
  const [y, m, d] = date.split("-").map(Number) as [number, number, number];
  return instant(y, m, d + days, 0, clock);
}

/** A date as it is chosen, some days before a time. */
export function dateOf(at: number, clock: string, ago = 0): string {
  const w = wall(at, clock);
  return new Date(Date.UTC(w.year, w.month - 1, w.date - ago)).toISOString().slice(0, 10);
}

/** Where each step begins. Days are as long as their clock has them. */
export function starts(p: Period): number[] {
  const all: number[] = [];
  if (p.step === "1d") for (let at = p.from; at < p.to; at = midnight(at, p.clock, 1)) all.push(at);
  else for (let at = p.from; at < p.to; at += STEP_MS[p.step]) all.push(at);
  return all;
}

/** Steps of a period, to put what begins with one of them in its place. */
export type Steps = { step: Step; begins: number[] };
export const stepsOf = (p: Period): Steps => ({ step: p.step, begins: starts(p) });

/** Which step it is that begins then; -1: one before them all. Clocks that are turned at midnight may tell it twice. */
export function stepOf({ step, begins }: Steps, at: number): number {
  const inside = at + STEP_MS[step] / 4;
  let [low, high] = [0, begins.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((begins[middle] ?? Infinity) <= inside) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * By whose days the hub tells: the reader's with a key, unless a midnight of theirs is on no whole hour (hours are what
 * is kept); UTC's else.
 */
export function dayClock(hasKey: boolean, clock: string, from: number, until: number): string {
  if (!hasKey) return "UTC";
  const days = starts({ from: midnight(from, clock), to: until, step: "1d", clock });
  return days.every((at) => at % HOUR_MS === 0) ? clock : "UTC";
}

/** What is looked at: so many ms up to what is settled, or from one date to and with another. */
export type Wish = { ms: number } | { from: string; to: string };

/** The period of a wish: by hours where there are not too many, else by days that are over. */
export function periodOf(wish: Wish, settledTo: number, clock: string, hasKey: boolean, mostHours: number): Period {
  const until = floor(settledTo, HOUR_MS);
  const span = (by: string): [number, number] =>
    "ms" in wish ? [until - wish.ms, until] : [dayBegins(wish.from, by), Math.min(until, dayBegins(wish.to, by, 1))];
  const [start, end] = span(clock);
  // Where a clock is half an hour off, from the first whole hour on.
  if (hasKey && end - start <= mostHours * HOUR_MS)
    return { from: ceil(start, HOUR_MS), to: ceil(end, HOUR_MS), step: "1h", clock };
  const by = dayClock(hasKey, clock, start, end);
  const [first, last] = span(by);
  return { from: midnight(first, by), to: midnight(last, by), step: "1d", clock: by };
}

/** The same stretch so many days before. */
export function before(p: Period, days: number): Period {
  if (p.step !== "1d") return { ...p, from: p.from - days * DAY_MS, to: p.to - days * DAY_MS };
  return { ...p, from: midnight(p.from, p.clock, -days), to: midnight(p.to, p.clock, -days) };
}

/** As long a stretch that begins with another date. */
export function beginning(p: Period, date: string): Period {
  const first = dayBegins(date, p.clock);
  if (p.step !== "1d") return { ...p, from: ceil(first, HOUR_MS), to: ceil(first, HOUR_MS) + p.to - p.from };
  return { ...p, from: first, to: dayBegins(date, p.clock, starts(p).length) };
}

/** How the hub is asked for it, as JSON, CSV or Parquet; without a limit by the hub's own. */
export function turnoverPath(p: Period, zones: string[], limit: number | null, cursor: string | null = null): string {
  return to("/v1/turnover", {
    interval: p.step,
    zone: zones.join(","),
    from: new Date(p.from).toISOString(),
    to: new Date(p.to).toISOString(),
    tz: p.step === "1d" ? p.clock : null,
    limit,
    cursor,
  });
}
