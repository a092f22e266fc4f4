// Hours dragged in the week: an edge that is moved, or a stretch that is chosen. Hours are weekly, so an edge moves on
// all days that they open on. Pure; nothing is changed here but a list of hours.
import { wall } from "../common/zoned";
import { clockText, DAYS, isWeekly, minutes, openIn, opensOn, type Offer, type Span, type Weekly } from "./hours";

/** An edge that can be moved: of which weekly hours, and the day that they begin on there, in days since 1970. */
export type Grip = { at: number; window: number; edge: "from" | "to"; day: number };
export type Dragged = { weekly: Weekly[]; window: number };

const A_DAY = 1440;
const DAY_MS = 86_400_000;

/** The wall clock in minutes since 1970, as if no clock was ever put forward. */
function shown(at: number, zone: string): number {
  const w = wall(at, zone);
  return Date.UTC(w.year, w.month - 1, w.date) / 60_000 + w.minute;
}
const snapped = (at: number, zone: string, step: number): number => Math.round(shown(at, zone) / step) * step;
const within = (n: number, least: number, most: number): number => Math.min(most, Math.max(least, n));
/** The end of a day is not the beginning of the next. */
const endText = (minute: number): string => (minute === A_DAY ? "24:00" : clockText(minute % A_DAY));

/** The edges between two times that are those of weekly hours: not cut by an exception, nor within other hours. */
export function grips(
  offer: Pick<Offer, "exceptions" | "time_zone" | "windows">,
  weekly: Weekly[],
  from: number,
  to: number,
): Grip[] {
  const zone = offer.time_zone;
  const windows = [...offer.windows.filter((w) => !isWeekly(w)), ...weekly];
  const spans = openIn({ ...offer, windows }, from - DAY_MS, to + DAY_MS);
  const found: Grip[] = [];
  const edges = spans.flatMap(([a, b]): [number, "from" | "to"][] => [
    [a, "from"],
    [b, "to"],
  ]);
  for (const [at, edge] of edges) {
    if (edge === "from" ? at < from || at >= to : at <= from || at > to) continue;
    const minute = shown(at, zone);
    for (const [window, w] of weekly.entries()) {
      const [start, end] = [minutes(w.from), minutes(w.to)];
      const into = edge === "from" ? start : end <= start ? end + A_DAY : end;
      const day = (minute - into) / A_DAY;
      // 1970-01-01 was a Thursday.
      if (!Number.isInteger(day) || !opensOn(w.days, (day + 3) % 7)) continue;
      found.push({ at, window, edge, day });
      break;
    }
  }
  return found;
}

/** An edge moved to a time: hours begin on their own day, and last less than 24 hours or all of one day. */
export function moved(weekly: Weekly[], grip: Grip, at: number, zone: string, step: number): Dragged {
  const w = weekly[grip.window];
  if (!w) return { weekly, window: grip.window };
  const [start, end] = [minutes(w.from), minutes(w.to)];
  const last = end <= start ? end + A_DAY : end;
  const to = snapped(at, zone, step) - grip.day * A_DAY;
  const change =
    grip.edge === "from"
      ? { from: clockText(within(to, Math.max(0, last - A_DAY + step), Math.min(A_DAY, last) - step)) }
      : { to: endText(within(to, start + step, start === 0 ? A_DAY : start + A_DAY - step)) };
  return { weekly: weekly.map((one, n) => (n === grip.window ? { ...one, ...change } : one)), window: grip.window };
}

/** A stretch that was chosen, as hours of its weekday; a day more where these hours are there already. */
export function added(weekly: Weekly[], [a, b]: Span, zone: string, step: number): Dragged | null {
  const [one, two] = [snapped(Math.min(a, b), zone, step), snapped(Math.max(a, b), zone, step)];
  if (two <= one) return null;
  const [day, from] = [Math.floor(one / A_DAY), ((one % A_DAY) + A_DAY) % A_DAY];
  const last = within(from + two - one, from + step, from === 0 ? A_DAY : from + A_DAY - step);
  const name = DAYS[(day + 3) % 7] ?? "mon";
  const hours = { from: clockText(from), to: endText(last) };
  const same = weekly.findIndex((w) => w.from === hours.from && w.to === hours.to);
  const had = weekly[same];
  if (!had) return { weekly: [...weekly, { days: [name], ...hours }], window: weekly.length };
  const days = [...had.days, name].sort((x, y) => order(x) - order(y));
  return { weekly: weekly.map((w, n) => (n === same ? { ...w, days } : w)), window: same };
}
/** Days of the week before kinds of days. */
const order = (day: string): number => (DAYS as readonly string[]).indexOf(day) + (day.length > 3 ? 9 : 0);

/** How finely is dragged: what a hand can hit, of a week that is so many pixels wide. */
export const stepOf = (width: number): number => (width >= 700 ? 30 : 60);
