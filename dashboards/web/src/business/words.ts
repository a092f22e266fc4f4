// An owner's lines in words: hours, prices, bookings.
import type { Schemas } from "../common/client";
import { money } from "../common/format";
import { wall } from "../common/zoned";
import { language, locale, t, type Word } from "../words/words.svelte";
import { isWeekly, KINDS, runsOf, timeOf, type Booking, type Offer } from "./hours";

export const amount = (minor: number, currency: string): string => money(minor, currency, language());

/** Monday 0. */
export function dayName(day: number, long = false): string {
  // 2026-11-30 is a Monday.
  const at = new Date(Date.UTC(2026, 10, 30 + day));
  return at.toLocaleDateString(locale(), { weekday: long ? "long" : "short", timeZone: "UTC" });
}

const KIND: Record<(typeof KINDS)[number], Word> = { workday: "businessWorkdays", dayoff: "businessDaysOff" };

export function days(of: string[]): string {
  const runs = runsOf(of);
  if (runs.length === 1 && runs[0]?.[0] === 0 && runs[0][1] === 6) return t("businessEveryDay");
  const named = runs.map(([a, b]) => (a === b ? dayName(a) : `${dayName(a)}–${dayName(b)}`));
  const kinds = KINDS.filter((k) => of.includes(k)).map((k) => t(KIND[k]));
  return [...named, ...kinds].join(language() === "zh" ? "、" : ", ");
}

export function hours(w: Schemas["Window"], zone: string): string {
  if (!isWeekly(w)) return stretch(timeOf(w.start, zone), timeOf(w.end, zone), zone);
  if (w.from === "00:00" && w.to === "24:00") return t("businessAllDay", { days: days(w.days) });
  const next = w.to <= w.from ? t("businessNextDay") : "";
  return `${days(w.days)} ${w.from}–${w.to}${next}`;
}

export const allHours = (o: Pick<Offer, "windows" | "time_zone">): string =>
  o.windows.map((w) => hours(w, o.time_zone)).join("; ");

export type Unit = "hour" | "stay" | "month";
export const UNITS: Unit[] = ["hour", "stay", "month"];
export const UNIT: Record<Unit, Word> = {
  hour: "businessByHour",
  stay: "businessByStay",
  month: "businessByMonth",
};
const PER: Record<Unit, Word> = { hour: "perHour", stay: "perStay", month: "perMonth" };

export function priceOf(o: Offer): { minor: number; unit: Unit } {
  if (o.price_cents_per_stay != null) return { minor: o.price_cents_per_stay, unit: "stay" };
  if (o.price_cents_per_month != null) return { minor: o.price_cents_per_month, unit: "month" };
  return { minor: o.price_cents_per_hour ?? 0, unit: "hour" };
}

export function price(o: Offer): string {
  const { minor, unit } = priceOf(o);
  return minor === 0 ? t("free") : t(PER[unit], { money: amount(minor, o.currency) });
}

export const priceMember = (unit: Unit, minor: number): Schemas["OfferChanges"] => ({
  [`price_cents_per_${unit}`]: minor,
});

/** A moment by the clock of a place. */
export function at(ms: number, zone: string): string {
  const format = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;
  try {
    return new Date(ms).toLocaleString(locale(), { ...format, timeZone: zone });
  } catch {
    return new Date(ms).toLocaleString(locale(), format);
  }
}

export function clock(ms: number, zone: string): string {
  const format = { hour: "2-digit", minute: "2-digit" } as const;
  try {
    return new Date(ms).toLocaleTimeString(locale(), { ...format, timeZone: zone });
  } catch {
    return new Date(ms).toLocaleTimeString(locale(), format);
  }
}

const isSameDay = (a: number, b: number, zone: string): boolean => {
  const [one, two] = [wall(a, zone), wall(b, zone)];
  return one.date === two.date && one.month === two.month && one.year === two.year;
};

/** From when to when; the day is said once. */
export function stretch(start: number, end: number, zone: string): string {
  return isSameDay(start, end, zone)
    ? `${at(start, zone)}–${clock(end, zone)}`
    : `${at(start, zone)} – ${at(end, zone)}`;
}

/** A time as somebody at the gate reads it today: of another day than `now` with its date. */
export const today = (ms: number, now: number, zone: string): string =>
  isSameDay(ms, now, zone) ? clock(ms, zone) : at(ms, zone);

/** The same of a stay: the day on which it ends is said where it is neither today nor that of its beginning. */
export const stay = (start: number, end: number, now: number, zone: string): string =>
  isSameDay(start, end, zone)
    ? `${today(start, now, zone)}–${clock(end, zone)}`
    : `${today(start, now, zone)} – ${today(end, now, zone)}`;

const STATES: Record<string, Word> = {
  held: "stateHeld",
  confirmed: "stateConfirmed",
  active: "stateActive",
  completed: "stateCompleted",
  cancelled: "stateCancelled",
  expired: "stateExpired",
  no_show: "stateNoShow",
};
export const state = (b: Pick<Booking, "state">): string => t(STATES[b.state] ?? "stateConfirmed");

const EVENTS: Record<string, Word> = {
  held: "businessEventHeld",
  confirmed: "businessEventConfirmed",
  active: "businessEventActive",
  completed: "businessEventCompleted",
  cancelled: "businessEventCancelled",
  expired: "businessEventExpired",
  no_show: "businessEventNoShow",
  moved: "businessEventMoved",
  extended: "businessEventExtended",
  overstay: "businessEventOverstay",
  resold: "businessEventResold",
};
/** What a line of the ledger is for; one that this page does not know is told as the hub calls it. */
export function event(name: string): string {
  const word = EVENTS[name];
  return word ? t(word) : name;
}
