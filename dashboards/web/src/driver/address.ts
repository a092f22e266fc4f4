// What the address bar holds: the place, the zoom, the filters, what is open, the language. Pure both ways.
import { readPlace, type Place } from "../common/geo";
import { plain } from "../common/text";
import type { BayKind } from "../common/zone";

export type Filters = {
  kind: BayKind;
  accessible: boolean;
  ev: boolean;
  /** At most so much an hour, minor units. */
  most: number | null;
  /** The vehicle's height, cm. */
  height: number | null;
  /** Minutes from now. */
  arrive: number;
};

/** The reader's own: bookings, and what was reported. */
export const PARTS = ["bookings", "reports"] as const;
export type Part = (typeof PARTS)[number];

export type Address = {
  near: Place | null;
  /** What the place is called. */
  name: string | null;
  zoom: number | null;
  filters: Filters;
  /** The zone whose sheet is open. */
  open: string | null;
  /** What is open in the list's place, but for a zone. */
  part: Part | null;
  language: string | null;
};

const KINDS: BayKind[] = ["car", "motorcycle", "heavy", "bicycle"];
/** Forecasts reach so far. */
export const ARRIVALS = [0, 15, 30, 60, 120, 240];

const within = (text: string | null, low: number, high: number): number | null => {
  const n = text === null || text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(n) && n >= low && n <= high ? n : null;
};

/** The hub takes whole numbers: a fraction is rounded to the side on which nothing is shown that does not suit. */
const whole = (n: number | null, round: (n: number) => number): number | null => (n === null ? null : round(n));

/** A name in an address is somebody else's text: short, and never more than text. */
const NAME = 120;

export function read(query: string): Address {
  const q = new URLSearchParams(query);
  const kind = q.get("kind") as BayKind;
  const arrive = within(q.get("in"), 0, 240) ?? 0;
  return {
    near: readPlace(q.get("near") ?? ""),
    name: plain(q.get("name") ?? "").slice(0, NAME) || null,
    zoom: within(q.get("z"), 2, 19.5),
    filters: {
      kind: KINDS.includes(kind) ? kind : "car",
      accessible: q.get("accessible") === "1",
      ev: q.get("ev") === "1",
      most: whole(within(q.get("price"), 0, 1e8), Math.floor),
      height: whole(within(q.get("height"), 1, 1000), Math.ceil),
      arrive: ARRIVALS.includes(arrive) ? arrive : 0,
    },
    open: q.get("open") || null,
    part: PARTS.find((part) => q.get(part) === "1") ?? null,
    language: q.get("lang"),
  };
}

export function write(a: Address): string {
  const q = new URLSearchParams();
  const f = a.filters;
  if (a.near) q.set("near", `${a.near.lat.toFixed(5)},${a.near.lon.toFixed(5)}`);
  if (a.name) q.set("name", a.name.slice(0, NAME));
  if (a.zoom !== null) q.set("z", String(Math.round(a.zoom * 10) / 10));
  if (f.kind !== "car") q.set("kind", f.kind);
  if (f.accessible) q.set("accessible", "1");
  if (f.ev) q.set("ev", "1");
  if (f.most !== null) q.set("price", String(f.most));
  if (f.height !== null) q.set("height", String(f.height));
  if (f.arrive > 0) q.set("in", String(f.arrive));
  if (a.open) q.set("open", a.open);
  if (a.part) q.set(a.part, "1");
  if (a.language) q.set("lang", a.language);
  // Commas and colons need no escape in a query, and people read it.
  return `?${q.toString().replaceAll("%2C", ",")}`;
}
