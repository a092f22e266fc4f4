// What the address bar holds of the page for authorities, so that a link shows somebody else the same.
import { METRICS, type Metric } from "./figures";

export const SPANS = ["3h", "1d", "7d", "28d", "own"] as const;
export type Span = (typeof SPANS)[number];
export const COMPARISONS = ["none", "week", "day", "own", "zones"] as const;
export type Comparison = (typeof COMPARISONS)[number];

export type Address = {
  zones: string[];
  span: Span;
  /** Days, of `own`: the first, and the last that is in it. */
  from: string;
  to: string;
  metric: Metric;
  compare: Comparison;
  /** The first day to compare with, of `own`. */
  with: string;
  /** The other zones, of `zones`. */
  others: string[];
};

/** More zones than one call takes are all zones. */
const MOST_ZONES = 500;
const day = (text: string | null): string => (text && /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : "");
const ids = (text: string | null): string[] =>
  [...new Set((text ?? "").split(",").filter((id) => /^[A-Za-z0-9._:-]{1,64}$/.test(id)))].slice(0, MOST_ZONES);
const one = <T extends string>(all: readonly T[], text: string | null, usual: T): T =>
  all.find((a) => a === text) ?? usual;

export function read(query: string): Address {
  const q = new URLSearchParams(query);
  const own = { from: day(q.get("from")), to: day(q.get("to")) };
  const span = one(SPANS, q.get("span"), "7d");
  return {
    zones: ids(q.get("zones")),
    span: span === "own" && (!own.from || !own.to || own.to < own.from) ? "7d" : span,
    ...own,
    metric: one(METRICS, q.get("show"), "occupancy"),
    compare: one(COMPARISONS, q.get("compare"), "week"),
    with: day(q.get("with")),
    others: ids(q.get("others")),
  };
}

export function write(a: Address): string {
  const q = new URLSearchParams();
  if (a.zones.length > 0) q.set("zones", a.zones.join(","));
  q.set("span", a.span);
  if (a.span === "own") {
    q.set("from", a.from);
    q.set("to", a.to);
  }
  q.set("show", a.metric);
  q.set("compare", a.compare);
  if (a.compare === "own" && a.with) q.set("with", a.with);
  if (a.compare === "zones" && a.others.length > 0) q.set("others", a.others.join(","));
  return `?${q.toString().replaceAll("%2C", ",")}`;
}
