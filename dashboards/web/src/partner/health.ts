// What a partner's figures come to: what was taken of its data, what was refused and for what, and how near its quota is.
import type { Schemas } from "../common/client";

export type Usage = Schemas["UsagePeriod"];
export type Refused = Schemas["QuarantinedRefusal"];
export type Reason = Schemas["Reason"];
export type Source = Schemas["SourceShown"];

const HOUR = 3_600_000;

/** The last midnight of the reader's. */
export function midnight(at: number): number {
  const day = new Date(at);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);
const refusedOf = (row: Usage): number => sum(Object.values(row.reports_refused));

export type Taken = { accepted: number; refused: number; late: number; byReason: Record<string, number> };

/** What came since then: of whole hours, since that is how it is counted. */
export function taken(rows: Usage[], since: number): Taken {
  const all: Taken = { accepted: 0, refused: 0, late: 0, byReason: {} };
  for (const row of rows) {
    if (Date.parse(row.to) <= since) continue;
    all.accepted += row.reports_accepted;
    all.late += row.reports_late;
    all.refused += refusedOf(row);
    for (const [reason, n] of Object.entries(row.reports_refused)) {
      all.byReason[reason] = (all.byReason[reason] ?? 0) + n;
    }
  }
  return all;
}

/** The share that was taken; null: nothing came. */
export const shareTaken = ({ accepted, refused }: Taken): number | null =>
  accepted + refused > 0 ? accepted / (accepted + refused) : null;

/** A share to a tenth of a percent; what is not all is never told as all, nor what is not nothing as nothing. */
export function exact(share: number, locale: string): string {
  const tenths = share >= 0.5 ? Math.floor(share * 1000 + 1e-9) : Math.ceil(share * 1000 - 1e-9);
  // `+ 0`: never minus nothing.
  return (tenths / 1000 + 0).toLocaleString(locale, { style: "percent", maximumFractionDigits: 1 });
}

/** Who should be heard and is not. An app passes by: that it is silent means nothing. */
export const isQuiet = (s: Source): boolean => s.kind !== "app" && (s.health === "silent" || s.health === "unheard");

/** The worst first: suspects, then who is silent for longest, then who was refused most. */
export function byHarm(a: Source, b: Source): number {
  const rank = (s: Source) => (s.health === "suspect" ? 0 : isQuiet(s) ? 1 : 2);
  const refused = (s: Source) => sum(Object.values(s.refused));
  return rank(a) - rank(b) || refused(b) - refused(a) || (b.silent_s ?? 0) - (a.silent_s ?? 0);
}

export type Group = { reason: Reason; today: number; newest: Refused | null; kept: Refused[] };

/**
 * Refusals by reason, the most first. Counts are written every ten seconds and examples at once: the larger number is
 * the newer one.
 */
export function groups(kept: Refused[], counted: Record<string, number>, since: number): Group[] {
  const reasons = new Set<string>([...Object.keys(counted), ...kept.map((r) => r.reason)]);
  return [...reasons]
    .map((reason) => {
      const of = kept.filter((r) => r.reason === reason);
      const seen = of.filter((r) => Date.parse(r.at) >= since).length;
      const today = Math.max(seen, counted[reason] ?? 0);
      // What is refused as a part of a message has the message with its first part alone.
      const newest = of.find((r) => r.payload !== "") ?? of[0] ?? null;
      return { reason: reason as Reason, today, newest, kept: of };
    })
    .filter((g) => g.today > 0 || g.kept.length > 0)
    .sort((a, b) => b.today - a.today || b.kept.length - a.kept.length);
}

/** What was taken, with refusals that are kept and not counted yet: never is all said to be taken while one is seen. */
export function withKept(all: Taken, kept: Refused[], since: number): Taken {
  const refused = sum(groups(kept, all.byReason, since).map((g) => g.today));
  return { ...all, refused: Math.max(all.refused, refused) };
}

/** The classes of calls, as the hub counts them. */
export const CLASSES = ["read", "search", "write", "book", "uplink", "admin"] as const;
export type Class = (typeof CLASSES)[number];

export type Hour = { from: number; accepted: number; refused: number; calls: number; throttled: number };

/** So many whole hours up to now, also those of which there is nothing: nothing was counted then. */
export function hours(rows: Usage[], now: number, many: number): Hour[] {
  const last = Math.floor(now / HOUR) * HOUR;
  const all = Array.from({ length: many }, (_, n) => ({
    from: last - (many - 1 - n) * HOUR,
    accepted: 0,
    refused: 0,
    calls: 0,
    throttled: 0,
  }));
  for (const row of rows) {
    const hour = all[many - 1 - (last - Date.parse(row.from)) / HOUR];
    if (!hour) continue;
    hour.accepted += row.reports_accepted;
    hour.refused += refusedOf(row);
    for (const of of Object.values(row.calls)) {
      hour.calls += of["2xx"] + of["3xx"] + of["4xx"] + of["5xx"];
      hour.throttled += of["429"];
    }
  }
  return all;
}

export type KeyUse = {
  key: string;
  name: string;
  calls: number;
  throttled: number;
  busiest: number;
  class: Class | null;
};

/** What each key asked, and the most of one class that it asked in an hour: quotas are by key and class. */
export function keyUse(rows: Usage[]): KeyUse[] {
  const all = new Map<string, KeyUse>();
  for (const row of rows) {
    const id = row.key ?? "";
    const use = all.get(id) ?? { key: id, name: row.name ?? id, calls: 0, throttled: 0, busiest: 0, class: null };
    all.set(id, use);
    for (const of of CLASSES) {
      const counted = row.calls[of];
      if (!counted) continue;
      const calls = counted["2xx"] + counted["3xx"] + counted["4xx"] + counted["5xx"];
      use.calls += calls;
      use.throttled += counted["429"];
      if (calls > use.busiest) [use.busiest, use.class] = [calls, of];
    }
  }
  return [...all.values()].filter((use) => use.calls + use.throttled > 0).sort((a, b) => b.calls - a.calls);
}

export type Quota = { class: string; calls: number; seconds: number };

/** `"read";q=1200;w=60`, as the header `RateLimit-Policy` has it. */
export function quota(policy: string | null): Quota | null {
  const found = /^"(\w+)";q=(\d+);w=(\d+)$/.exec(policy?.trim() ?? "");
  if (!found?.[1]) return null;
  return { class: found[1], calls: Number(found[2]), seconds: Number(found[3]) };
}

export const anHour = (q: Quota): number => (q.calls * 3600) / q.seconds;

/** The days before `now`, each with its credit, or null where it is not settled. */
export function creditDays(days: Schemas["CreditDayRow"][], now: number): { day: string; credit: number | null }[] {
  const of = new Map(days.map((d) => [d.day, d.credit]));
  const name = (back: number) => new Date(now - back * 24 * HOUR).toISOString().slice(0, 10);
  return Array.from({ length: 28 }, (_, n) => name(28 - n)).map((day) => ({ day, credit: of.get(day) ?? null }));
}
