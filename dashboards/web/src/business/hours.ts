// Hours of an offer: in words, in a week of its own wall clock, and as an owner edits them.
import type { Schemas } from "../common/client";
import { instant, wall } from "../common/zoned";

export type Offer = Schemas["Offer"];
export type Weekly = Schemas["Weekly"];
export type Stretch = Schemas["Stretch"];
export type Booking = Schemas["OwnedBooking"];
/** From, to: ms. */
export type Span = [number, number];

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export const KINDS = ["workday", "dayoff"] as const;
const DAY_MS = 86_400_000;

export const isWeekly = (w: Schemas["Window"]): w is Weekly => "days" in w;
export const isStanding = (o: Offer): boolean => o.state !== "withdrawn";

/** `18:30` in minutes; `24:00` is the end of the day. */
export function minutes(text: string): number {
  const [h, m] = text.split(":").map(Number) as [number, number];
  return h * 60 + m;
}

export function clockText(minute: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** Whether a window opens on a weekday. Workdays are Monday to Friday here: the hub's own calendar may know better. */
export function opensOn(days: string[], day: number): boolean {
  return days.some((d) => (d === "workday" ? day < 5 : d === "dayoff" ? day >= 5 : d === DAYS[day]));
}

/** Whether the hub's calendar decides on which days it is open. */
export const byCalendar = (o: Pick<Offer, "windows">): boolean =>
  o.windows.some((w) => isWeekly(w) && w.days.some((d) => (KINDS as readonly string[]).includes(d)));

/** A time as offers tell it: with an offset, or by the wall clock of `zone`. */
export function timeOf(text: string, zone: string): number {
  if (/(Z|[+-]\d{2}:?\d{2})$/i.test(text)) return Date.parse(text);
  const found = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/.exec(text);
  if (!found) return NaN;
  const [y, mo, d, h, m] = found.slice(1).map(Number) as [number, number, number, number, number];
  return instant(y, mo, d, h * 60 + m, zone);
}

/** A moment by the wall clock of `zone`, as `<input type="datetime-local">` takes it. */
export function wallText(at: number, zone: string): string {
  const w = wall(at, zone);
  const date = new Date(Date.UTC(w.year, w.month - 1, w.date)).toISOString().slice(0, 10);
  return `${date}T${clockText(w.minute)}`;
}

/** The month of a moment there, as ledgers have it: `2026-11`; some months back. */
export function monthOf(at: number, zone: string, back = 0): string {
  const w = wall(at, zone);
  return new Date(Date.UTC(w.year, w.month - 1 - back, 1)).toISOString().slice(0, 7);
}

/** When the first of the last so many days began there; today is the last. */
export function daysBack(at: number, zone: string, days: number): number {
  const w = wall(at, zone);
  return instant(w.year, w.month, w.date - days + 1, 0, zone);
}

function merged(spans: Span[]): Span[] {
  const all: Span[] = [];
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = all.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else all.push([start, end]);
  }
  return all;
}

function without(spans: Span[], cut: Span): Span[] {
  return spans.flatMap(([a, b]): Span[] => {
    if (cut[1] <= a || cut[0] >= b) return [[a, b]];
    const parts: Span[] = [
      [a, cut[0]],
      [cut[1], b],
    ];
    return parts.filter(([x, y]) => y > x);
  });
}

/** When it is on offer between two times. */
export function openIn(o: Pick<Offer, "windows" | "exceptions" | "time_zone">, from: number, to: number): Span[] {
  const zone = o.time_zone;
  let spans: Span[] = [];
  for (const w of o.windows) {
    if (!isWeekly(w)) {
      spans.push([timeOf(w.start, zone), timeOf(w.end, zone)]);
      continue;
    }
    const [start, end] = [minutes(w.from), minutes(w.to)];
    // One that began the day before may last into the first.
    for (let at = from - DAY_MS; at < to + DAY_MS; at += DAY_MS) {
      const day = wall(at, zone);
      if (!opensOn(w.days, day.day)) continue;
      const on = (minute: number) => instant(day.year, day.month, day.date, minute, zone);
      spans.push([on(start), on(end <= start ? end + 1440 : end)]);
    }
  }
  spans = merged(spans.filter(([a, b]) => b > a));
  for (const e of o.exceptions) spans = without(spans, [timeOf(e.start, zone), timeOf(e.end, zone)]);
  return spans.map(([a, b]): Span => [Math.max(a, from), Math.min(b, to)]).filter(([a, b]) => b > a);
}

/** Runs of days: `mon tue wed sat` are 0-2 and 5. */
export function runsOf(days: string[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const n of DAYS.map((d, i) => (days.includes(d) ? i : -1)).filter((i) => i >= 0)) {
    const last = runs.at(-1);
    if (last && last[1] === n - 1) last[1] = n;
    else runs.push([n, n]);
  }
  return runs;
}

/** Steps of how many have a place at once, for a pool. */
export function crowd(spans: Span[]): { from: number; to: number; n: number }[] {
  const turns = spans.flatMap(([a, b]): [number, number][] => [
    [a, 1],
    [b, -1],
  ]);
  turns.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const steps: { from: number; to: number; n: number }[] = [];
  let n = 0;
  for (const [i, [at, by]] of turns.entries()) {
    n += by;
    const next = turns[i + 1]?.[0];
    if (n > 0 && next !== undefined && next > at) steps.push({ from: at, to: next, n });
  }
  return steps;
}

/** Who is there, should have gone, or comes next: for who stands at the gate. */
export function comings(all: Booking[], now: number, within: number): { there: Booking[]; next: Booking[] } {
  const start = (b: Booking) => Date.parse(b.start);
  const byStart = (a: Booking, b: Booking) => start(a) - start(b);
  const there = all.filter((b) => b.state === "active").sort((a, b) => Date.parse(a.end) - Date.parse(b.end));
  const next = all.filter((b) => b.state === "confirmed" && Date.parse(b.end) > now && start(b) < now + within);
  return { there, next: next.sort(byStart) };
}

/** A ledger's lines by reservation, the newest first. */
export function ledger(
  rows: Schemas["SettlementRow"][],
): { id: string; rows: Schemas["SettlementRow"][]; sum: number }[] {
  const by = new Map<string, Schemas["SettlementRow"][]>();
  for (const row of rows) by.set(row.reservation, [...(by.get(row.reservation) ?? []), row]);
  return [...by]
    .map(([id, lines]) => ({ id, rows: lines, sum: lines.reduce((n, r) => n + r.amount_cents, 0) }))
    .filter((l) => l.rows.some((r) => r.amount_cents !== 0))
    .sort((a, b) => (b.rows.at(-1)?.at ?? "").localeCompare(a.rows.at(-1)?.at ?? ""));
}

/** What was earned and what was given back, by currency. */
export function money(rows: Schemas["SettlementRow"][]): { currency: string; earned: number; back: number }[] {
  const by = new Map<string, { currency: string; earned: number; back: number }>();
  for (const r of rows) {
    const sum = by.get(r.currency) ?? { currency: r.currency, earned: 0, back: 0 };
    if (r.amount_cents > 0) sum.earned += r.amount_cents;
    else sum.back -= r.amount_cents;
    by.set(r.currency, sum);
  }
  return [...by.values()];
}

/** The least and the most of some. */
export const range = (values: number[]): [number, number] =>
  values.reduce(([low, high], v): [number, number] => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
