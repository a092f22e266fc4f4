// Figures as officers read them: exact shares, rates, stays, and changes with their sign.
import { language, locale, t, type Word } from "../words/words.svelte";
import type { Figures, Metric } from "./figures";
import type { Period } from "./period";

export const NAMES: Record<Metric, Word> = {
  turnover: "authorityTurnover",
  occupancy: "authorityOccupancy",
  full: "authorityFull",
  stay: "authorityStay",
  coverage: "authorityCoverage",
};

/** A settled share: unlike a likelihood it may be all or nothing. */
export function share(value: number, digits = 0): string {
  const format = { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
  return value.toLocaleString(locale(), format);
}

export function figure(metric: Metric, value: number | null): string {
  if (value === null) return t("authorityNone");
  if (metric === "turnover")
    return value.toLocaleString(locale(), { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  if (metric === "stay") return t("minutes", { n: Math.round(value / 60) });
  return share(value, 1);
}

/** For an axis: no more digits than there are. */
export function axis(metric: Metric, value: number): string {
  if (metric === "turnover" || metric === "stay") return figure(metric, value);
  return value.toLocaleString(locale(), { style: "percent", maximumFractionDigits: 1 });
}

/** For a cell. */
export function brief(metric: Metric, value: number): string {
  if (metric === "turnover")
    return value.toLocaleString(locale(), { maximumFractionDigits: value < 1 ? 2 : value < 10 ? 1 : 0 });
  if (metric === "stay") return Math.round(value / 60).toLocaleString(locale());
  return Math.round(value * 100).toLocaleString(locale());
}

/** The highest of what there is; shares are measured against all. */
export const most = (metric: Metric, values: (number | null)[]): number =>
  metric === "turnover" || metric === "stay" ? Math.max(1e-9, ...values.map((v) => v ?? 0)) : 1;

/** From where to where colours go: for shares in tens of per cent. */
export function range(metric: Metric, values: (number | null)[]): [number, number] {
  const known = values.filter((v) => v !== null);
  if (known.length === 0) return [0, 1];
  const [least, top] = [Math.min(...known), Math.max(...known)];
  if (metric === "turnover" || metric === "stay") return [0, Math.max(1e-9, top)];
  const low = Math.floor(least * 10) / 10;
  return [low, Math.max(low + 0.1, Math.ceil(top * 10) / 10)];
}

const signed = (value: number, format: Intl.NumberFormatOptions): string =>
  value.toLocaleString(locale(), { ...format, signDisplay: "exceptZero" });

/** What has changed: rates and stays in per cent of before, shares in points. */
export function change(metric: Metric, now: Figures, then: Figures): string | null {
  const [a, b] = [now[metric], then[metric]];
  if (a === null || b === null) return null;
  if (metric === "turnover" || metric === "stay") {
    return b > 0 ? signed(a / b - 1, { style: "percent", maximumFractionDigits: 1 }) : null;
  }
  return t("authorityPoints", { n: signed((a - b) * 100, { maximumFractionDigits: 1 }) });
}

type By = Pick<Period, "step" | "clock">;
const DAY = { weekday: "short", day: "numeric", month: "short" } as const;

/** By the clock of a place; a browser that does not know the place goes by its own. */
function shown(at: number, clock: string, format: Intl.DateTimeFormatOptions): string {
  try {
    return new Date(at).toLocaleString(locale(), { ...format, timeZone: clock });
  } catch {
    return new Date(at).toLocaleString(locale(), format);
  }
}

export const day = (at: number, clock: string): string => shown(at, clock, DAY);

/** A step's beginning, as long as it must be. */
export function when(at: number, { step, clock }: By): string {
  return step === "1d" ? day(at, clock) : shown(at, clock, { ...DAY, hour: "2-digit", minute: "2-digit" });
}

/** The end of a period, which is not in it: of days the last one that is. */
export const until = (at: number, by: By): string => when(by.step === "1d" ? at - 1 : at, by);

/** A step's beginning for an axis. */
export function tick(at: number, { step, clock }: By, days: number): string {
  if (days <= 1.5 && step !== "1d") return shown(at, clock, { hour: "2-digit", minute: "2-digit" });
  return shown(at, clock, { weekday: days <= 10 ? "short" : undefined, day: "numeric", month: "numeric" });
}

export function weekdays(): string[] {
  // 2026-11-30 is a Monday.
  return Array.from({ length: 7 }, (_, n) =>
    new Date(2026, 10, 30 + n).toLocaleDateString(locale(), { weekday: "short" }),
  );
}

/** Names in one line, in the reader's way. */
export function list(names: string[], most = 3): string {
  const shown = names.slice(0, most);
  if (names.length > most) shown.push(t("authorityMoreZones", { n: names.length - most }));
  return shown.join(language() === "zh" ? "、" : ", ");
}
