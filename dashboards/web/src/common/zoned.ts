// Wall clocks of places: owners' hours are told by them, wherever the reader is.

/** `day`: Monday 0; `minute`: of the day. */
export type Wall = { year: number; month: number; date: number; day: number; minute: number };

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (!found) {
    const parts = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
    try {
      found = new Intl.DateTimeFormat("en-US", { ...parts, hourCycle: "h23", timeZone: zone });
    } catch {
      // A browser that does not know the place: by its own clock.
      found = new Intl.DateTimeFormat("en-US", { ...parts, hourCycle: "h23" });
    }
    formats.set(zone, found);
  }
  return found;
}

export function wall(at: number, zone: string): Wall {
  const parts = Object.fromEntries(
    format(zone)
      .formatToParts(at)
      .map((p) => [p.type, Number(p.value)]),
  );
  const [year, month, date] = [parts.year ?? 1970, parts.month ?? 1, parts.day ?? 1];
  const day = (new Date(Date.UTC(year, month - 1, date)).getUTCDay() + 6) % 7;
  return { year, month, date, day, minute: (parts.hour ?? 0) * 60 + (parts.minute ?? 0) };
}

/** How far the wall clock is ahead of UTC, ms. */
function ahead(at: number, zone: string): number {
  const w = wall(at, zone);
  return Date.UTC(w.year, w.month - 1, w.date, 0, w.minute) - Math.floor(at / 60_000) * 60_000;
}

/** When a wall clock shows this; `date` and `minute` may run over. A time that is left out is the one after. */
export function instant(year: number, month: number, date: number, minute: number, zone: string): number {
  const shown = Date.UTC(year, month - 1, date, 0, minute);
  const first = shown - ahead(shown, zone);
  return shown - ahead(first, zone);
}

/** The Monday, 00:00, of the week that this lies in. */
export function monday(at: number, zone: string, weeks = 0): number {
  const w = wall(at, zone);
  return instant(w.year, w.month, w.date - w.day + 7 * weeks, 0, zone);
}

export const placeOfDevice = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** Places whose clocks can be chosen. */
export function clocks(): string[] {
  const known = typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];
  return [...new Set(["UTC", placeOfDevice(), ...known])];
}
