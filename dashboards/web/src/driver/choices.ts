// What a driver may choose from: the bays of one zone as one line, each shared one as its own, car parks as they count.
import type { Schemas } from "../common/client";
import { plain } from "../common/text";
import type { Seen } from "../common/zone";

export type NearBay = Schemas["NearBay"];
export type NearZone = Schemas["NearZone"];
export type Nearby = Schemas["Nearby"];
export type Price = { minor: number; currency: string | null; by: "hour" | "stay" | "month" };

export type Choice = {
  key: string;
  zone: string;
  name: string;
  lat: number;
  lon: number;
  /** As the crow flies, metres. */
  distance: number;
  free: number;
  /** Of so many; null: nobody has said. */
  of: number | null;
  /** How likely one is vacant, now or on arrival; null: nobody can say. */
  p: number | null;
  prices: Price | null;
  /** Limits, cm and minutes. */
  height: number | null;
  stay: number | null;
  /** When it was seen last, ms. */
  at: number | null;
  source: string | null;
  /** The nearest of its bays; null: it only counts. */
  bay: NearBay | null;
  /** It can be booked. */
  shared: boolean;
  credit: string | null;
};

type Priced = {
  price_cents_per_hour?: number | null;
  price_cents_per_stay?: number | null;
  price_cents_per_month?: number | null;
  currency?: string | null;
};

export function priceOf(b: Priced): Price | null {
  const currency = b.currency ?? null;
  if (b.price_cents_per_hour != null) return { minor: b.price_cents_per_hour, currency, by: "hour" };
  if (b.price_cents_per_stay != null) return { minor: b.price_cents_per_stay, currency, by: "stay" };
  if (b.price_cents_per_month != null) return { minor: b.price_cents_per_month, currency, by: "month" };
  return null;
}

const when = (text: string | null | undefined): number | null => (text ? Date.parse(text) : null);

function ofBay(b: NearBay, later: boolean): Choice {
  return {
    key: b.offer ? `bay:${b.bay}` : `zone:${b.zone}`,
    zone: b.zone,
    name: plain(b.zone_name) || b.zone,
    lat: b.lat,
    lon: b.lon,
    distance: b.distance_m,
    free: 1,
    of: null,
    p: later ? (b.p_vacant_on_arrival ?? null) : b.p_vacant,
    prices: priceOf(b),
    height: b.max_height_cm,
    stay: b.max_stay_min,
    at: when(b.observed_at),
    source: b.source_kind ?? null,
    bay: b,
    shared: Boolean(b.offer),
    credit: b.attribution ?? null,
  };
}

function ofZone(z: NearZone): Choice {
  return {
    key: `zone:${z.zone}`,
    zone: z.zone,
    name: plain(z.name) || z.zone,
    lat: z.lat,
    lon: z.lon,
    distance: z.distance_m,
    free: z.vacant || (z.pool?.free ?? 0),
    of: z.capacity ?? null,
    p: z.p_any_vacant ?? null,
    prices: priceOf(z.pool ?? z),
    height: z.max_height_cm ?? null,
    stay: null,
    at: when(z.observed_at),
    source: null,
    bay: null,
    shared: Boolean(z.pool),
    credit: z.attribution ?? null,
  };
}

/** One zone's bays in one line: the nearest place, the likeliest bay, the newest word, the lowest price. */
function joined(a: Choice, b: Choice): Choice {
  const lower = a.prices && b.prices && b.prices.minor < a.prices.minor ? b.prices : (a.prices ?? b.prices);
  const most = (x: number | null, y: number | null) => (x === null ? y : y === null ? x : Math.max(x, y));
  const near = b.distance < a.distance ? b : a;
  return { ...near, free: a.free + b.free, p: most(a.p, b.p), at: most(a.at, b.at), prices: lower };
}

/** What the zone tells of all its bays, where the line is of bays of one zone: the number on the map is the same. */
export function withZone(c: Choice, zone: Seen | undefined): Choice {
  const says = zone && !c.shared && zone.capacity > 0 && zone.meaning !== "unknown";
  return says ? { ...c, free: zone.free, of: zone.capacity, at: Math.max(zone.at ?? 0, c.at ?? 0) } : c;
}

/** Nearest first. `later`: for an arrival that is not now. */
export function choices(nearby: Nearby, later: boolean): Choice[] {
  const found = new Map<string, Choice>();
  for (const z of nearby.zones ?? []) found.set(`zone:${z.zone}`, ofZone(z));
  for (const b of nearby.bays ?? []) {
    const one = ofBay(b, later);
    const had = found.get(one.key);
    // A car park that counts says more than its single bays do; but which bay is nearest they say.
    if (had && had.bay === null) found.set(one.key, { ...had, bay: b, stay: b.max_stay_min });
    else found.set(one.key, had ? joined(had, one) : one);
  }
  return [...found.values()].sort((a, b) => a.distance - b.distance || a.key.localeCompare(b.key));
}

/** What is nearest beyond. */
export function next(nearby: Nearby, later: boolean): Choice | null {
  const n = nearby.next_nearest;
  if (n?.bay) return ofBay(n.bay, later);
  return n?.zone ? ofZone(n.zone) : null;
}

/** Where most of a city's parking is: the zone nearest to the middle of its densest part. */
export function middle(zones: Seen[]): { lat: number; lon: number } | null {
  const parts = new Map<string, Seen[]>();
  for (const zone of zones) {
    const key = `${Math.round(zone.lat / PART)}_${Math.round(zone.lon / PART)}`;
    parts.set(key, [...(parts.get(key) ?? []), zone]);
  }
  const densest = [...parts.values()].reduce<Seen[]>((a, b) => (b.length > a.length ? b : a), []);
  if (densest.length === 0) return null;
  const mean = (of: (z: Seen) => number) => densest.reduce((n, z) => n + of(z), 0) / densest.length;
  const at = { lat: mean((z) => z.lat), lon: mean((z) => z.lon) };
  const far = (z: Seen) => (z.lat - at.lat) ** 2 + (z.lon - at.lon) ** 2;
  const nearest = densest.reduce((a, b) => (far(b) < far(a) ? b : a));
  return { lat: nearest.lat, lon: nearest.lon };
}
/** A part of a city, degrees: some 700 m. */
const PART = 0.0064;

/** Links that lead there, by the reader's map. Places are told in WGS 84. */
export function directions(lat: number, lon: number, name: string): { app: string; href: string }[] {
  const [at, called] = [`${lat.toFixed(6)},${lon.toFixed(6)}`, encodeURIComponent(name.slice(0, 80))];
  return [
    { app: "device", href: `geo:${at}?q=${at}(${called})` },
    { app: "Apple Maps", href: `https://maps.apple.com/?daddr=${at}&q=${called}` },
    { app: "Google Maps", href: `https://www.google.com/maps/dir/?api=1&destination=${at}` },
    {
      app: "高德地图 Amap",
      href: `https://uri.amap.com/navigation?to=${lon.toFixed(6)},${lat.toFixed(6)},${called}&mode=car&coordinate=wgs84`,
    },
  ];
}
