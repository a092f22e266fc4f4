// Numbers as people read them: money, ages, distances, likelihoods, times.
import { instant, wall } from "./zoned";
import { say, LOCALES, type Language } from "../words/words.svelte";

/** `{decimals}` of a currency's minor unit, by the browser's own table. */
export function decimals(currency: string): number {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** An amount of minor units. */
export function money(minor: number, currency: string, language: Language): string {
  const value = minor / 10 ** decimals(currency);
  try {
    const format = { style: "currency", currency, currencyDisplay: "narrowSymbol" } as const;
    return value.toLocaleString(LOCALES[language], format);
  } catch {
    return `${value.toFixed(2)} ${currency}`;
  }
}

/** How long, in one unit. */
export function span(ms: number, language: Language): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 100) return say(language, "seconds", { n: s });
  if (s < 6000) return say(language, "minutes", { n: Math.round(s / 60) });
  if (s < 172_800) return say(language, "hours", { n: Math.round(s / 3600) });
  return say(language, "days", { n: Math.round(s / 86_400) });
}

export function far(metres: number, language: Language): string {
  if (metres < 950) return say(language, "metres", { n: Math.max(10, Math.round(metres / 10) * 10) });
  const km = (metres / 1000).toLocaleString(LOCALES[language], { maximumFractionDigits: 1 });
  return say(language, "kilometres", { n: km });
}

/** A likelihood: never 100 %, for nobody knows. */
export function percent(p: number, language: Language): string {
  const shown = Math.min(0.99, Math.max(0.01, p));
  return shown.toLocaleString(LOCALES[language], { style: "percent", maximumFractionDigits: 0 });
}

// Times are the device's, or of the place whose clock is named.
type Zone = string | null | undefined;

function clock(at: number, language: Language, format: Intl.DateTimeFormatOptions, zone: Zone): string {
  try {
    return new Date(at).toLocaleString(LOCALES[language], zone ? { ...format, timeZone: zone } : format);
  } catch {
    // A browser that does not know the place.
    return new Date(at).toLocaleString(LOCALES[language], format);
  }
}

export function time(at: number, language: Language, zone?: Zone): string {
  return clock(at, language, { hour: "2-digit", minute: "2-digit" }, zone);
}

/** Date and time, for bookings. */
export function moment(at: number, language: Language, zone?: Zone): string {
  const format = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;
  return clock(at, language, format, zone);
}

const two = (n: number): string => String(n).padStart(2, "0");

/** As `<input type="datetime-local">` takes it. */
export function localText(at: number, zone?: Zone): string {
  if (!Number.isFinite(at)) return "";
  if (zone) {
    const w = wall(at, zone);
    return `${w.year}-${two(w.month)}-${two(w.date)}T${two(Math.floor(w.minute / 60))}:${two(w.minute % 60)}`;
  }
  const d = new Date(at);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`;
}

/** When that is; NaN where it is no time. */
export function instantOf(text: string, zone?: Zone): number {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(text);
  if (!zone || !found) return new Date(text).getTime();
  const [year = 0, month = 0, date = 0, hour = 0, minute = 0] = found.slice(1).map(Number);
  return instant(year, month, date, 60 * hour + minute, zone);
}
